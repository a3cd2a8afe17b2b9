#include "detect/identity/number_ends.hpp"

#include "detect/candidate.hpp"
#include "detect/identity/written.hpp"

namespace bulkhead::detect::identity {
namespace {

constexpr std::size_t kTravelDigits = 7;  // a date and its check digit: see record::may_end_travel_date

bool is_letter(char wanted) noexcept { return wanted == 'L' || wanted == 'X' || wanted == 'K' || wanted == 'Z'; }

/// How the group of `digits` in front of the event of a text with separators is surrounded.
std::uint8_t surrounded(const Written& way, std::size_t digits) noexcept {
  const bool first = way.event == digits;
  const bool last = way.event == way.text.size();
  if (!last && is_letter(way.text[way.event])) return kBeforeCapital;
  if (first) return kFirstGroup;
  if (is_letter(way.text[way.event - digits - 1])) return !last && way.text[way.event] == '(' ? kCapitalAndBracket : kBehindCapital;
  return last ? kLastGroup : kMiddleGroup;
}

/// Which sizes the group before that one may have, as bits.
std::uint32_t group_before(const Written& way, std::size_t digits) noexcept {
  if (way.event < digits + 2) return 0;
  std::size_t size = 0;
  for (std::size_t i = way.event - digits - 1; i-- > 0 && (way.text[i] == 'd' || is_letter(way.text[i])); ++size)
    if (way.text[i] == 'X' || way.text[i] == 'K') return ~0U;  // may be digits
    else if (way.text[i] != 'd') break;
  // Where the number begins with it, more digits in front make it another one.
  return 1U << size;
}

}  // namespace

NumberEnds number_ends_of(const DetectorSet& enabled) noexcept {
  NumberEnds ends;
  const auto each = [&](std::span<const Written> ways, auto&& add) {
    for (const Written& way : ways) {
      if (!enabled.has(kFirstIdentity + way.rule)) continue;
      ends.short_runs = ends.short_runs || way.by_short_run;
      if (way.by_digits) add(way);
    }
  };
  for (std::size_t size = 0; size <= kMaxWritten; ++size) {
    each(of_digits(size), [&](const Written&) { ends.by_length[size] |= kAloneWithin; });
    each(of_groups(size), [&](const Written& way) {
      ends.by_length[size] |= surrounded(way, size);
      ends.groups_before[size] |= group_before(way, size);
    });
    // What else is in a token is not asked here, so any part of it may be digits.
    each(of_letters(size), [&](const Written&) {
      for (std::size_t digits = 3; digits <= NumberEnds::kLongest; ++digits)
        ends.by_length[digits] |= kBehindCapital | kBeforeCapital;
    });
  }
  if (enabled.has(kMrz)) {
    ends.by_length[kTravelDigits] |= kTravelDate | kBeforeCapital;
    ends.short_runs = true;
  }
  for (std::size_t digits = 0; digits < ends.by_length.size(); ++digits) {
    if (digits > NumberEnds::kLongest) ends.by_length[digits] = 0;
    ends.any = ends.any || ends.by_length[digits] != 0;
    ends.ungrouped[digits] = ends.by_length[digits];
    if (!ends.may_follow(0, digits)) ends.ungrouped[digits] &= static_cast<std::uint8_t>(~kBehindGroup);
  }
  return ends;
}

}  // namespace bulkhead::detect::identity
