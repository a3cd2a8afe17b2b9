#pragma once

#include <array>
#include <cstdint>

#include "detect/card_issuers.hpp"
#include "detect/digit_groups.hpp"
#include "detect/luhn.hpp"

namespace bulkhead::detect {

namespace internal {
/// By length of a single group of digits: the first digits (as bits) with which it may be a datum. Nine digits: an
/// SSN; ten: a national phone number; eleven: one with its country's 1; twelve and more: a card.
consteval std::array<std::uint16_t, kDigitHistory + 1> make_first_digits() {
  std::array<std::uint16_t, kDigitHistory + 1> table{};
  table[9] = 0b01'1111'1111;
  table[10] = 0b11'1111'1100;
  table[11] = 0b00'0000'0010;
  for (std::size_t length = kMinCardDigits; length <= kMaxCardDigits; ++length)
    for (unsigned first = 0; first < 10; ++first)
      if (issuer_possible(first, length)) table[length] = static_cast<std::uint16_t>(table[length] | 1U << first);
  return table;
}
inline constexpr std::array<std::uint16_t, kDigitHistory + 1> kFirstDigits = make_first_digits();
}  // namespace internal

/// Whether any judge of numbers could find a datum that ends at the event. Nearly all numbers of ordinary traffic are
/// turned away here, so the order of tests is chosen for few mispredicted branches rather than few instructions.
inline bool number_is_worth_judging(const std::uint8_t* event, std::uint64_t digits) noexcept {
  const std::size_t last = last_group(digits);
  if (last < 9) {
    return static_cast<int>(has_four_fours(digits)) | static_cast<int>(has_groups<3, 2, 4>(digits)) |
           static_cast<int>(has_groups<3, 3, 4>(digits)) | static_cast<int>(has_groups<4, 6, 5>(digits)) |
           static_cast<int>(has_groups<4, 6, 4>(digits)) | static_cast<int>(has_groups<4, 4, 4, 4, 3>(digits));
  }
  const unsigned first = static_cast<unsigned>(*(event - last) - '0');
  const bool possible = (internal::kFirstDigits[last] >> first & 1) != 0;
  const std::size_t length = last < kMaxCardDigits ? last : kMaxCardDigits;
  return possible & (static_cast<int>(last < kMinCardDigits) | static_cast<int>(luhn_valid(event, length)));
}

}  // namespace bulkhead::detect
