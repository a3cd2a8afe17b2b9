#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/char_class.hpp"

namespace bulkhead::detect {

/// Whether a name (of a field, a user, a part of a path) may itself be a datum, so that evidence must not show it:
/// more than four digits, three beside capital letters alone, ten capitals and digits and more without a separator, or
/// sixteen characters and more without one that are capitals, a mixture of both cases and digits, or change between them
/// as often as chance does, as a token behind its prefix. What names are made of by people passes: `cardNumber`,
/// `address_line_2`, `orders2024`.
inline bool is_telling(std::string_view name) noexcept {
  constexpr std::size_t kMostDigits = 4, kMostBesideCapitals = 2, kRandomFrom = 16, kNumberFrom = 10;
  enum Kind : std::uint8_t { kSeparator, kSmall, kCapital, kNumber };
  std::size_t counts[4] = {};
  // Of the piece between separators: words in a name have three letters and more, so that two in five never change.
  std::size_t length = 0, changes = 0;
  const auto is_random = [&] { return length >= kRandomFrom && changes * 5 >= length * 2; };
  Kind before = kSeparator;
  for (const char c : name) {
    const auto byte = static_cast<std::uint8_t>(c);
    const Kind kind = is(byte, kDigit) ? kNumber : is(byte, kUpper) ? kCapital : is(byte, kLower) ? kSmall : kSeparator;
    ++counts[kind];
    if (kind == kSeparator) {
      if (is_random()) return true;
      length = changes = 0;
    } else {
      changes += static_cast<std::size_t>(length > 0 && kind != before);
      ++length;
    }
    before = kind;
  }
  const std::size_t digits = counts[kNumber], upper = counts[kCapital], lower = counts[kSmall], separators = counts[kSeparator];
  if (is_random() || digits > kMostDigits || name.find('@') != std::string_view::npos) return true;
  if (digits > kMostBesideCapitals && upper > 0 && lower == 0) return true;
  if (name.size() >= kNumberFrom && separators == 0 && upper > 0 && lower == 0 && digits > 0) return true;
  return name.size() >= kRandomFrom && separators == 0 && upper > 1 && (lower == 0 || digits > 1);
}

}  // namespace bulkhead::detect
