#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace bulkhead::detect::identity {

/// Letters and digits of the longest number, without separators.
inline constexpr std::size_t kMaxCompact = 24;

/// A number as its issuer's rules read it: capital letters and digits, without separators. Its pattern has already
/// said how many there are and which are digits.
struct Compact {
  std::array<std::uint8_t, kMaxCompact> bytes{};
  std::size_t size = 0;

  [[nodiscard]] std::uint8_t operator[](std::size_t i) const noexcept { return bytes[i]; }
  [[nodiscard]] bool is_digit(std::size_t i) const noexcept { return static_cast<std::uint8_t>(bytes[i] - '0') <= 9; }
  /// Value of the digit at `i`.
  [[nodiscard]] int digit(std::size_t i) const noexcept { return bytes[i] - '0'; }
  /// Value of `count` digits from `from` on; count <= 9.
  [[nodiscard]] int number(std::size_t from, std::size_t count) const noexcept {
    int value = 0;
    for (std::size_t i = from; i < from + count; ++i) value = value * 10 + digit(i);
    return value;
  }
  [[nodiscard]] std::int64_t long_number(std::size_t from, std::size_t count) const noexcept {
    std::int64_t value = 0;
    for (std::size_t i = from; i < from + count; ++i) value = value * 10 + digit(i);
    return value;
  }
  /// Value of a letter or digit, letters counting from 10.
  [[nodiscard]] int alnum(std::size_t i) const noexcept { return is_digit(i) ? digit(i) : bytes[i] - 'A' + 10; }
  [[nodiscard]] bool one_byte_repeated(std::size_t from, std::size_t count) const noexcept {
    for (std::size_t i = from + 1; i < from + count; ++i)
      if (bytes[i] != bytes[from]) return false;
    return true;
  }
};

/// Sum of weights times digits, from the first digit on.
inline int weighted(const Compact& n, std::initializer_list<int> weights, std::size_t from = 0) noexcept {
  int sum = 0;
  for (const int weight : weights) sum += weight * n.digit(from++);
  return sum;
}

/// Luhn's formula over `count` digits, the last being the check digit (ISO/IEC 7812-1 annex B).
inline bool luhn(const Compact& n, std::size_t from, std::size_t count) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    int value = n.digit(from + count - 1 - i);
    if (i % 2 == 1 && (value *= 2) > 9) value -= 9;
    sum += value;
  }
  return sum % 10 == 0;
}

/// Whether the day exists. `year` with its century; February has 29 days where that is so.
constexpr bool is_date(int year, int month, int day) noexcept {
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1 || day > kDays[month - 1]) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month != 2 || day < 29 || leap;
}

/// The same where the century is not known: some century must have the day, so only 30 February and the like fail.
constexpr bool is_date_of_any_century(int month, int day) noexcept { return is_date(2000, month, day); }

}  // namespace bulkhead::detect::identity
