#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/char_class.hpp"

namespace bulkhead::detect {

/// Whether a name (of a field, a user, a part of a path) may itself be a datum, so that evidence must not show it:
/// more than four digits, three beside capital letters alone, ten capitals and digits and more without a separator, or
/// sixteen characters and more without one that are capitals or a mixture of both cases and digits. What names are made of by people passes: `cardNumber`, `address_line_2`, `orders2024`.
inline bool is_telling(std::string_view name) noexcept {
  constexpr std::size_t kMostDigits = 4, kMostBesideCapitals = 2, kRandomFrom = 16, kNumberFrom = 10;
  std::size_t digits = 0, upper = 0, lower = 0, separators = 0;
  for (const char c : name) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (is(byte, kDigit)) {
      ++digits;
    } else if (is(byte, kUpper)) {
      ++upper;
    } else if (is(byte, kLower)) {
      ++lower;
    } else {
      ++separators;
    }
  }
  if (digits > kMostDigits || name.find('@') != std::string_view::npos) return true;
  if (digits > kMostBesideCapitals && upper > 0 && lower == 0) return true;
  if (name.size() >= kNumberFrom && separators == 0 && upper > 0 && lower == 0 && digits > 0) return true;
  return name.size() >= kRandomFrom && separators == 0 && upper > 1 && (lower == 0 || digits > 1);
}

}  // namespace bulkhead::detect
