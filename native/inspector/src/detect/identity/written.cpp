#include "detect/identity/written.hpp"

namespace bulkhead::detect::identity {
namespace {

constexpr std::size_t kMaxPatterns = 5 * kRuleCount;

enum class Kind : std::uint8_t { digits, letters, groups };

Kind kind_of(std::string_view text) noexcept {
  Kind kind = Kind::digits;
  for (const char c : text) {
    if (c == 'L' || c == 'X' || c == 'K' || c == 'Z') {
      if (kind == Kind::digits) kind = Kind::letters;
    } else if (c != 'd') {
      return Kind::groups;
    }
  }
  return kind;
}

/// Where a text with separators has its last event: after a group of three digits or more in a chain of nine bytes
/// (blanks, hyphens and points between digits), or after six digits or more (see lane/find_loop.hpp). `group`: how many
/// digits it follows; 0 where it is a digit after letters. `short_run`: the six digits are all that makes it one.
std::size_t event_in(std::string_view text, std::size_t& group, bool& short_run) noexcept {
  std::size_t event = 0;
  std::size_t run = 0;
  std::size_t chain = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\0';
    if (c == 'd') {
      ++run;
      ++chain;
      continue;
    }
    if ((run >= 3 && chain >= 9) || run >= 6) {
      event = i;
      group = run;
      short_run = chain < 9;
    }
    const bool separates = (c == ' ' || c == '-' || c == '.') && run > 0;
    chain = separates ? chain + 1 : 0;
    run = 0;
  }
  if (event != 0) return event;
  // None of those: a digit after two capital letters then.
  for (std::size_t i = 2; i < text.size(); ++i)
    if (text[i] == 'd' && text[i - 1] == 'L' && text[i - 2] == 'L') event = i;
  group = 0;
  return event;
}

/// Tells by which events a token may be noticed first.
void notice(Written& token) noexcept {
  const std::string_view text = token.text;
  const auto letter = [text](std::size_t i) { return text[i] == 'L' || text[i] == 'Z'; };
  if (letter(0) && letter(1)) return;  // its first digit follows two letters, whichever that is
  std::size_t start = 0;
  bool digits_only = true;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && !letter(i)) {
      if (i == start && i >= 2 && text[i] == 'd' && letter(i - 1) && letter(i - 2)) return;
      digits_only = digits_only && text[i] == 'd';
      continue;
    }
    // Digits and what may be some. In front of the token the chain may have begun earlier.
    const std::size_t run = i - start;
    if (run >= (start == 0 ? 3 : 6)) token.by_digits = true;
    if (run >= 6 && !(digits_only && run >= 9)) token.by_short_run = true;
    start = i + 1;
    digits_only = true;
  }
}

/// All patterns, sorted by kind and count, made once.
struct Index {
  std::array<Written, kMaxPatterns> all;
  std::size_t count = 0;
  std::array<std::array<std::uint16_t, kMaxWritten + 2>, 3> starts{};
  std::uint32_t alone = 0;  ///< bit n: some n digits need no word

  Index() noexcept {
    for (const Kind kind : {Kind::digits, Kind::letters, Kind::groups}) {
      auto& begins = starts[static_cast<std::size_t>(kind)];
      for (std::size_t size = 0; size <= kMaxWritten; ++size) {
        begins[size] = static_cast<std::uint16_t>(count);
        add(kind, size);
      }
      begins[kMaxWritten + 1] = static_cast<std::uint16_t>(count);
    }
    for (std::size_t i = 0; i < count; ++i)
      if (kind_of(all[i].text) == Kind::digits && (all[i].stands_alone || kRules[all[i].rule].proof == Proof::distinctive))
        alone |= 1U << all[i].text.size();
  }
  void add(Kind kind, std::size_t size) noexcept {
    for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
      for (const Pattern& pattern : kRules[rule].patterns) {
        if (pattern.text.empty() || kind_of(pattern.text) != kind) continue;
        std::size_t group = pattern.text.size();
        bool short_run = kind == Kind::digits && size < 9;
        const std::size_t event = kind == Kind::groups ? event_in(pattern.text, group, short_run) : 0;
        if (group != size) continue;
        Written& way = all[count++] = {pattern.text, static_cast<std::uint8_t>(rule), static_cast<std::uint8_t>(event),
                                       pattern.stands_alone};
        way.by_digits = kind != Kind::letters && size > 0;
        way.by_short_run = short_run;
        if (kind == Kind::letters) notice(way);
      }
    }
  }
  [[nodiscard]] std::span<const Written> of(Kind kind, std::size_t size) const noexcept {
    if (size > kMaxWritten) return {};
    const auto& begins = starts[static_cast<std::size_t>(kind)];
    return {all.data() + begins[size], static_cast<std::size_t>(begins[size + 1] - begins[size])};
  }
};
const Index& index() noexcept {
  static const Index made;
  return made;
}

}  // namespace

std::span<const Written> of_digits(std::size_t count) noexcept { return index().of(Kind::digits, count); }
std::span<const Written> of_letters(std::size_t count) noexcept { return index().of(Kind::letters, count); }
std::span<const Written> of_groups(std::size_t last_group) noexcept { return index().of(Kind::groups, last_group); }

bool digits_may_stand_alone(std::size_t count) noexcept {
  return count <= kMaxWritten && (index().alone >> count & 1U) != 0;
}

}  // namespace bulkhead::detect::identity
