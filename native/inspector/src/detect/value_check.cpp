#include "detect/value_check.hpp"

#include <array>
#include <cmath>

#include "detect/char_class.hpp"

namespace bulkhead::detect {
namespace {

/// Calls `take` with each digit's value, from the right; returns how many there are.
template <class Take>
std::size_t digits_from_right(Bytes match, Take take) noexcept {
  std::size_t count = 0;
  for (std::size_t i = match.size(); i-- > 0;)
    if (is(match[i], kDigit)) take(match[i] - '0', count++);
  return count;
}

bool luhn(Bytes match) noexcept {
  int sum = 0;
  const std::size_t count = digits_from_right(match, [&sum](int digit, std::size_t place) {
    const int value = place % 2 == 0 ? digit : 2 * digit;
    sum += value > 9 ? value - 9 : value;
  });
  return count >= 2 && sum % 10 == 0;
}

bool mod97(Bytes match) noexcept {
  unsigned remainder = 0;
  std::size_t count = 0;
  for (const std::uint8_t byte : match) {
    if (!is(byte, kAlnum)) continue;
    ++count;
    remainder = is(byte, kDigit) ? remainder * 10 + (byte - unsigned{'0'})
                                 : remainder * 100 + (lower(byte) - unsigned{'a'} + 10);
    remainder %= 97;
  }
  return count >= 3 && remainder == 1;
}

bool mod11(Bytes match) noexcept {
  std::size_t last = match.size();
  while (last > 0 && !is(match[last - 1], kAlnum)) --last;
  const bool ten = last > 0 && lower(match[last - 1]) == 'x';
  std::size_t sum = ten ? 10 : 0;
  const std::size_t from = ten ? 1 : 0;
  const std::size_t count = digits_from_right(
      match, [&sum, from](int digit, std::size_t place) { sum += static_cast<std::size_t>(digit) * (place + from + 1); });
  return count >= 2 && sum % 11 == 0;
}

/// J. Verhoeff, Error Detecting Decimal Codes (1969): the dihedral group of order ten.
bool verhoeff(Bytes match) noexcept {
  const auto product = [](int a, int b) {
    const int turned = a < 5 ? (b < 5 ? (a + b) % 5 : 5 + (a + b) % 5) : (b < 5 ? 5 + (a - b + 5) % 5 : (a - b + 5) % 5);
    return turned;
  };
  constexpr std::array<int, 10> kStep = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  int check = 0;
  const std::size_t count = digits_from_right(match, [&](int digit, std::size_t place) {
    int value = digit;
    for (std::size_t i = 0; i < place % 8; ++i) value = kStep[static_cast<std::size_t>(value)];
    check = product(check, value);
  });
  return count >= 2 && check == 0;
}

bool entropy(Bytes match) noexcept {
  constexpr double kBits = 3.0;  // words of a language stay below, random letters and digits above
  std::array<unsigned, 256> seen{};
  unsigned total = 0;
  for (const std::uint8_t byte : match)
    if (is(byte, kAlnum)) ++seen[byte], ++total;
  double bits = 0;
  for (const unsigned count : seen)
    if (count != 0) bits -= count * std::log2(static_cast<double>(count) / total);
  return total != 0 && bits / total >= kBits;
}

}  // namespace

bool passes(ValueCheck check, Bytes match) noexcept {
  switch (check) {
    case ValueCheck::luhn: return luhn(match);
    case ValueCheck::mod97: return mod97(match);
    case ValueCheck::mod11: return mod11(match);
    case ValueCheck::verhoeff: return verhoeff(match);
    case ValueCheck::entropy: return entropy(match);
    case ValueCheck::none: break;
  }
  return true;
}

}  // namespace bulkhead::detect
