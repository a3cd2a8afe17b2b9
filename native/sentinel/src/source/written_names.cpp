#include "source/written_names.hpp"

#include <algorithm>
#include <utility>

namespace bulkhead::sentinel {
namespace {

bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

/// What the kernel calls a file that was made without a name (O_TMPFILE), and that got one later: #4711. The next is called otherwise.
bool is_nameless(std::string_view name) noexcept {
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const auto end = std::find_if_not(name.begin(), name.end(), is_digit);
  const std::string_view rest = name.substr(static_cast<std::size_t>(end - name.begin()));
  return end != name.begin() && (rest.empty() || rest == " (deleted)");
}

/// The names of a path, and where each of them ends in it.
struct Part {
  std::string_view name;
  std::size_t end;
};

std::vector<Part> parts_of(std::string_view path) {
  std::vector<Part> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) parts.push_back({path.substr(at, end - at), end});
    at = end + 1;
  }
  return parts;
}

}  // namespace

std::optional<WrittenNames::Name> WrittenNames::name_of(std::string_view path) noexcept {
  const std::vector<Part> parts = parts_of(path);
  if (parts.empty()) return std::nullopt;
  std::vector<Step> way{{&root_, 0}};
  for (const auto& [name, end] : parts) {
    const Step last = way.back();
    if (last.node->is_summed) return Name{last.length, true};
    const auto found = last.node->names.find(name);
    if (found == last.node->names.end()) break;
    way.push_back({found->second.get(), end});
  }
  const std::size_t known = way.size() - 1;
  const std::size_t more = parts.size() - known;
  if (more == 0) {
    const Step& last = way.back();
    return Name{last.length, last.node->is_summed};
  }
  if (known == 0 && root_.names.size() >= kMostInRoot) return std::nullopt;
  const bool nameless = is_nameless(parts.back().name);
  if (!of_all_.take(root_.below, more)) return sum_instead(way, more, nameless);

  for (const Step& step : way) step.node->below += more;
  for (std::size_t i = known; i < parts.size(); ++i) {
    auto next = std::make_unique<Node>();
    next->below = parts.size() - i - 1;
    Node* node = next.get();
    way.back().node->names.emplace(parts[i].name, std::move(next));
    way.push_back({node, parts[i].end});
  }

  // The root is never summed, nor is the file itself.
  Name named{parts.back().end, false};
  for (std::size_t at = way.size() - 2; at > 0; --at) {
    const Node& node = *way[at].node;
    const bool is_wide = node.names.size() > kMostInFolder || node.below > kMostBelow;
    const bool holds_nameless = at == parts.size() - 1 && nameless;
    if (!is_wide && !holds_nameless) continue;
    sum(way, at);
    named = {way[at].length, true};
  }
  return named;
}

std::optional<WrittenNames::Name> WrittenNames::sum_instead(const std::vector<Step>& way, std::size_t more,
                                                            bool nameless) noexcept {
  for (std::size_t at = way.size() - 1; at > 0; --at) {
    const Node& node = *way[at].node;
    const bool is_last = at == way.size() - 1;
    const bool is_wide = node.names.size() + (is_last ? 1 : 0) > kMostInFolder || node.below + more > kMostBelow;
    if (!is_wide && !(is_last && more == 1 && nameless)) continue;
    sum(way, at);
    return Name{way[at].length, true};
  }
  return std::nullopt;
}

void WrittenNames::sum(const std::vector<Step>& way, std::size_t at) noexcept {
  Node& node = *way[at].node;
  const std::size_t gone = node.below;
  for (std::size_t above = 0; above <= at; ++above) way[above].node->below -= gone;
  of_all_.give_back(gone);
  node.names.clear();
  node.is_summed = true;
}

}  // namespace bulkhead::sentinel
