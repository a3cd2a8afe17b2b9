#include "lane/named.hpp"

#include "detect/boundary.hpp"
#include "detect/char_class.hpp"
#include "detect/field_view.hpp"
#include "lane/find_events.hpp"

namespace bulkhead::lane {

using detect::identity::NumberEnds;
using detect::identity::QuietKeys;

static_assert(kNamedLookBack <= detect::kLookBack, "what a judge may read, this may read");

namespace {

/// How many digits end before `at`; one more than any number has for all that are more.
std::size_t digits_ending_at(const std::uint8_t* at) noexcept {
  std::size_t digits = 0;
  while (digits <= kMaxNamedDigits && detect::is(at[-1 - static_cast<std::ptrdiff_t>(digits)], detect::kDigit)) ++digits;
  return digits;
}

}  // namespace

std::size_t select_named_scalar(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                std::uint16_t* named, const NumberEnds& ends, QuietKeys& quiet) noexcept {
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const at = from + positions[i];
    const std::size_t digits = digits_ending_at(at);
    const std::uint8_t* const start = at - digits;
    unsigned ways = ends.ways(digits, start[-1], *at);
    if (ways == 0) continue;
    if (!detect::starts_clean(start)) ways &= ~unsigned{detect::identity::kAloneWithin | detect::identity::kFirstGroup};
    if (!ends.may_follow(digits_ending_at(start - 1), digits)) ways &= ~unsigned{detect::identity::kBehindGroup};
    if (ways == 0) continue;
    QuietKeys::Entry key;
    const bool alone = digits == kAloneDigits || detect::is(*at, detect::kUpper);
    if (!alone && QuietKeys::read(start, key) && quiet.has(key)) continue;
    named[left++] = positions[i];
  }
  return left;
}

SelectNamed best_select_named() noexcept {
  static const SelectNamed best = cpu_has_avx512() ? select_named_avx512
                                  : cpu_has_avx2() ? select_named_avx2
                                                   : select_named_scalar;
  return best;
}

}  // namespace bulkhead::lane
