#include "rule/glob.hpp"

#include <utility>

namespace bulkhead::sentinel {
namespace {

constexpr std::u16string_view kWildcards = u"*?";

bool matches_slowly(std::u16string_view glob, std::u16string_view text) noexcept {
  constexpr std::size_t kNone = std::u16string_view::npos;
  std::size_t in_glob = 0;
  std::size_t in_text = 0;
  std::size_t star = kNone;
  std::size_t resume = 0;
  while (in_text < text.size()) {
    const bool ended = in_glob == glob.size();
    if (!ended && glob[in_glob] == u'*') {
      star = in_glob++;
      resume = in_text;
    } else if (!ended && (glob[in_glob] == u'?' || glob[in_glob] == text[in_text])) {
      ++in_glob;
      ++in_text;
    } else if (star != kNone) {
      in_glob = star + 1;
      in_text = ++resume;
    } else {
      return false;
    }
  }
  while (in_glob < glob.size() && glob[in_glob] == u'*') ++in_glob;
  return in_glob == glob.size();
}

}  // namespace

Glob::Glob(std::u16string text) noexcept : text_(std::move(text)) {
  const std::size_t first = text_.find_first_of(kWildcards);
  const std::size_t last = text_.find_last_of(kWildcards);
  prefix_ = first == std::u16string::npos ? text_.size() : first;
  suffix_ = last == std::u16string::npos ? 0 : text_.size() - last - 1;
}

bool Glob::matches(std::u16string_view path) const noexcept {
  const std::u16string_view glob = text_;
  if (prefix_ == glob.size()) return path == glob;
  // Most globs are told apart by how they begin and end, without a walk over the path.
  if (path.size() < prefix_ + suffix_) return false;
  if (!path.starts_with(glob.substr(0, prefix_)) || !path.ends_with(glob.substr(glob.size() - suffix_))) return false;
  return matches_slowly(glob.substr(prefix_, glob.size() - prefix_ - suffix_),
                        path.substr(prefix_, path.size() - prefix_ - suffix_));
}

}  // namespace bulkhead::sentinel
