#pragma once

#include <array>
#include <cstdint>

#include "detect/candidate.hpp"
#include "detect/card_ranges.hpp"
#include "detect/detector_set.hpp"
#include "detect/digit_groups.hpp"
#include "detect/luhn.hpp"

namespace bulkhead::detect {

// Nearly all numbers of ordinary traffic are no datum, and their first two digits, length and check digit say so. What
// stands here is a necessary condition of the judges of numbers; lane/sift.hpp turns numbers away by it.

inline constexpr std::uint32_t kSsnLengths = 1U << 9;
inline constexpr std::uint32_t kPhoneLengths = 1U << 10 | 1U << 11;
inline constexpr std::uint32_t kCardLengths = (1U << (kMaxCardDigits + 1)) - (1U << kMinCardDigits);

/// Groups of digits with single bytes between them, as masks of the 32 bytes before an event (see digits_before):
/// such a number has `digits` under `under`.
struct GroupedShape {
  std::uint32_t digits, under;
  std::size_t wanted_by;  ///< the detector
};

inline constexpr std::size_t kNeverWanted = DetectorSet::kCapacity - 1;

namespace internal {
template <std::size_t... Sizes>
consteval GroupedShape shape(BuiltIn detector, bool anything_in_front = false) {
  constexpr std::size_t sizes[] = {Sizes...};
  constexpr std::size_t total = (Sizes + ...) + sizeof...(Sizes) - 1;
  static_assert(total < kDigitHistory);
  std::uint32_t digits = 0;
  for (const std::size_t size : sizes) digits = (digits >> 1) >> size | ~0U << (32 - size);
  return {digits, ~0U << (anything_in_front ? 32 - total : 31 - total), detector};
}
}  // namespace internal

/// The groupings judges know. Eight, so that one vector holds them all; the last two are never wanted.
inline constexpr std::array<GroupedShape, 8> kGroupedShapes{
    internal::shape<4, 4, 4, 4>(kPaymentCard, true),  // a chain of fours may be a list of cards
    internal::shape<4, 6, 5>(kPaymentCard),
    internal::shape<4, 6, 4>(kPaymentCard),
    internal::shape<4, 4, 4, 4, 3>(kPaymentCard),
    internal::shape<3, 2, 4>(kUsSsn),
    internal::shape<3, 3, 4>(kPhone),
    GroupedShape{0, 0, kNeverWanted},
    GroupedShape{0, 0, kNeverWanted},
};

/// What of it the enabled detectors ask for.
struct NumbersWanted {
  std::uint32_t lengths;  ///< bit n: a single group of n digits may be a datum
  std::uint32_t shapes;   ///< bit i: kGroupedShapes[i] may
};

constexpr NumbersWanted numbers_wanted(const DetectorSet& enabled) noexcept {
  const auto if_enabled = [enabled](BuiltIn detector, std::uint32_t lengths) {
    return enabled.has(detector) ? lengths : 0;
  };
  NumbersWanted wanted{if_enabled(kPaymentCard, kCardLengths) | if_enabled(kUsSsn, kSsnLengths) |
                           if_enabled(kPhone, kPhoneLengths),
                       0};
  for (std::size_t i = 0; i < kGroupedShapes.size(); ++i)
    if (enabled.has(kGroupedShapes[i].wanted_by)) wanted.shapes |= 1U << i;
  return wanted;
}

namespace internal {
/// Index of kLengthsByStart: the low halves of the first two digits' bytes. Any bytes have one.
constexpr std::size_t start_slot(std::uint8_t first, std::uint8_t second) noexcept {
  return (first & 15U) << 4 | (second & 15U);
}
/// By first two digits: the lengths (as bits) with which a single group of digits may be a datum. No SSN has an area
/// above 899; area codes of North America start with 2 to 9 and have no 9 in the middle; cards have their issuers'
/// ranges.
consteval std::array<std::uint32_t, 256> make_lengths_by_start() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t two = 0; two < 100; ++two) {
    const std::uint32_t first = two / 10;
    const std::uint32_t second = two % 10;
    std::uint32_t& lengths = table[first << 4 | second];
    if (first != 9) lengths |= kSsnLengths;
    if (first >= 2 && second != 9) lengths |= 1U << 10;
    if (first == 1 && second >= 2) lengths |= 1U << 11;
    for (const CardRange& range : kCardRanges)
      if (range.from / 10000 <= two && two <= range.to / 10000) lengths |= range.lengths;
  }
  return table;
}
inline constexpr std::array<std::uint32_t, 256> kLengthsByStart = make_lengths_by_start();
}  // namespace internal

/// Whether any judge of numbers could find a datum that ends at the event.
inline bool number_is_worth_judging(const std::uint8_t* event, NumbersWanted wanted) noexcept {
  const std::uint64_t digits = digits_before(event);
  const std::size_t last = last_group(digits);
  const auto recent = static_cast<std::uint32_t>(digits >> 32);
  for (std::size_t i = 0; i < kGroupedShapes.size(); ++i)
    if ((wanted.shapes >> i & 1U) != 0 && (recent & kGroupedShapes[i].under) == kGroupedShapes[i].digits) return true;
  if (last < 2 || last > kMaxCardDigits) return false;
  const std::uint8_t* const start = event - last;
  if ((internal::kLengthsByStart[internal::start_slot(start[0], start[1])] & wanted.lengths & 1U << last) == 0)
    return false;
  return last < kMinCardDigits || luhn_valid(event, last);
}

}  // namespace bulkhead::detect
