#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "detect/char_class.hpp"
#include "detect/detector_set.hpp"

namespace bulkhead::detect::identity {

/// What stands around a group of digits that may be a number, or a part of one that the judge is told by. Products of what
/// is before the digits and what is behind them: bit i of both. Nothing begins behind a small letter, or ends before one.
enum Surrounded : std::uint8_t {
  kAloneWithin = 1,        ///< no letter on either side
  kBehindCapital = 2,
  kBeforeCapital = 4,
  kLastGroup = 8,          ///< behind a separator, and nothing of the number follows
  kMiddleGroup = 16,       ///< between two separators
  kFirstGroup = 32,
  kCapitalAndBracket = 64, ///< as in Hong Kong
  kTravelDate = 128,       ///< as in the machine-readable zone, before a filler
};
/// Of them, those behind another group of digits.
inline constexpr std::uint8_t kBehindGroup = kLastGroup | kMiddleGroup;

namespace internal {
consteval std::array<std::uint8_t, 256> make_before() {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    if (is(byte, kLower | kDigit)) continue;
    table[i] = kBeforeCapital | kTravelDate;
    if (is(byte, kUpper)) table[i] |= kBehindCapital | kCapitalAndBracket;
    if (!is(byte, kUpper) && byte != '_') table[i] |= kAloneWithin | kFirstGroup;
    if (byte == ' ' || byte == '-' || byte == '.' || byte == '/') table[i] |= kLastGroup | kMiddleGroup;
  }
  return table;
}
consteval std::array<std::uint8_t, 256> make_behind() {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    if (is(byte, kLower | kDigit)) continue;
    table[i] = kBehindCapital;
    if (is(byte, kUpper)) table[i] |= kBeforeCapital;
    if (!is(byte, kUpper) && byte != '_') table[i] |= kAloneWithin | kLastGroup;
    if (byte == ' ' || byte == '-' || byte == '.' || byte == '/') table[i] |= kMiddleGroup | kFirstGroup;
    if (byte == '(') table[i] |= kCapitalAndBracket;
    if (byte == '<') table[i] |= kTravelDate;
  }
  return table;
}
}  // namespace internal

inline constexpr std::array<std::uint8_t, 256> kSurroundedBefore = internal::make_before();
inline constexpr std::array<std::uint8_t, 256> kSurroundedBehind = internal::make_behind();

/// Which groups of digits the judge of identity numbers, with some of its rules on, has to be asked about: by their length, and
/// by the bytes before and behind them. A necessary condition: with one rule on, most numbers have not even the right length.
struct NumberEnds {
  static constexpr std::size_t kLongest = 18;

  std::array<std::uint8_t, 33> by_length{};  ///< of Surrounded; as many as a vector of bytes may hold
  /// By number of digits: bit n: a separator may stand before them, and n digits before that. Bits above 9 are all alike.
  std::array<std::uint32_t, 33> groups_before{};
  /// `by_length` where no digit stands before such a separator.
  std::array<std::uint8_t, 33> ungrouped{};
  bool any = false;
  bool short_runs = false;  ///< six digits in a row have to be an event

  /// How such a group may be a wanted number; of Surrounded.
  [[nodiscard]] constexpr std::uint8_t ways(std::size_t digits, std::uint8_t before, std::uint8_t behind) const noexcept {
    return by_length[digits] & kSurroundedBefore[before] & kSurroundedBehind[behind];
  }
  [[nodiscard]] constexpr bool may_follow(std::size_t group, std::size_t digits) const noexcept {
    return (groups_before[digits] >> (group & 31U) & 1U) != 0;
  }
};

NumberEnds number_ends_of(const DetectorSet& enabled) noexcept;

}  // namespace bulkhead::detect::identity
