#include "detect/labelled/judge.hpp"

#include "detect/ahead.hpp"
#include "detect/labelled/label.hpp"
#include "detect/labelled/values.hpp"

namespace bulkhead::detect::labelled {
namespace {

constexpr std::size_t kMaxWords = 3;  // behind the event: "secret access key"
constexpr std::size_t kMaxJoint = 12;

bool joins_words(std::uint8_t b) noexcept { return b == '_' || b == '-' || b == ' ' || b == '.'; }

/// Steps to where the label ends: the last word end of the first few behind the event at which one does. Null: at none, or only
/// labels that no detector of `enabled` has.
const Label* take_label(Ahead& ahead, const DetectorSet& enabled, const std::uint8_t*& end) noexcept {
  const Label* label = nullptr;
  for (std::size_t word = 0; word < kMaxWords && !ahead.pending(); ++word) {
    // A later word begins where this one's end was found, with a capital letter perhaps.
    std::uint8_t before = word == 0 ? ahead.at()[-1] : std::uint8_t{0};
    while (is(ahead.byte(), kAlnum)) {
      // Where camelCase starts another word a label may end.
      if (is(before, kLower | kDigit) && is(ahead.byte(), kUpper)) break;
      before = ahead.byte();
      ahead.skip();
    }
    // Another label counts only where it ends behind a wanted one.
    const bool asked = label != nullptr || may_end_label_of(ahead.at(), enabled);
    if (const Label* const here = asked ? label_ending_at(ahead.at()) : nullptr; here != nullptr && !is(ahead.byte(), kLower | kDigit)) {
      label = here;
      end = ahead.at();
    }
    if (joins_words(ahead.byte())) {
      ahead.skip();
      if (!is(ahead.byte(), kAlnum)) break;
    } else if (!is(ahead.byte(), kUpper)) {
      break;
    }
  }
  return label;
}

/// Steps over what stands between a name and its value in JSON, forms, headers, YAML, XML, command lines and prose.
bool take_joint(Ahead& ahead) noexcept {
  constexpr std::string_view kValue = "value=";  // of an attribute
  bool joined = false;
  for (std::size_t taken = 0; taken < kMaxJoint; ++taken) {
    const std::uint8_t b = ahead.byte();
    if (b == ':' || b == '=' || b == '>' || b == '|' || b == '\t' || b == ' ' || b == ',') {
      joined = true;
    } else if (b != '"' && b != '\'' && b != '`' && b != '\\' && b != '(' && b != '#') {
      if (b != 'v') return joined;
      Ahead probe = ahead;
      if (!probe.take(kValue) && !probe.pending()) return joined;
      for (std::size_t i = 1; i < kValue.size() && !ahead.pending(); ++i, ahead.skip()) static_cast<void>(ahead.byte());
      if (ahead.pending()) return false;
    }
    ahead.skip();
  }
  return false;
}

/// Whether the rest of a name in JSON, from `at` on, is followed by an object or a list: no label has such a value, and what is in
/// it has names of its own. The name may hold a label only as a whole, since a label that ends within it is not joined to a value.
/// False also where that is not told yet, and of names that are more than letters and digits.
bool has_members(const FieldView& view, const std::uint8_t* at) noexcept {
  constexpr std::ptrdiff_t kMost = 16;
  constexpr std::ptrdiff_t kJoint = 4;  // a quote, a colon, a blank, a bracket
  if (!view.has(at + kMost + kJoint)) return false;
  const std::uint8_t* const most = at + kMost;
  while (at < most && is(*at, kAlnum)) ++at;
  if (at[0] != '"' || at[1] != ':') return false;
  const std::uint8_t value = at[2] == ' ' ? at[3] : at[2];
  return value == '{' || value == '[';
}

}  // namespace

Judged judge_label(const FieldView& view, const std::uint8_t* event, const DetectorSet& enabled,
                   Findings& found) noexcept {
  if (has_members(view, event)) return Judged::decided;
  // An anchor may end behind the name: "ip" is too short for one.
  Ahead name(view, event, is(*event, kAlnum) ? event + 1 : event);
  const std::uint8_t* end = nullptr;
  const Label* const label = take_label(name, enabled, end);
  if (name.pending()) return Judged::pending;
  if (label == nullptr || !enabled.has(label->detector)) return Judged::decided;
  for (std::size_t i = 0; i < label->anchor.size(); ++i)
    if (lower(event[static_cast<std::ptrdiff_t>(i) - 2]) != static_cast<std::uint8_t>(label->anchor[i])) return Judged::decided;
  Ahead ahead(view, event, end);
  const bool joined = take_joint(ahead);
  if (ahead.pending()) return Judged::pending;
  return joined ? judge_value({view, event, ahead.at()}, *label, found) : Judged::decided;
}

}  // namespace bulkhead::detect::labelled
