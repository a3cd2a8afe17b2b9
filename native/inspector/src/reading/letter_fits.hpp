#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bulkhead::reading {

/// Letters that are looked at together.
inline constexpr std::size_t kFitLetters = 64;

/// What each of 64 bytes could be in base64 or hex of text; bit i stands for byte i. The first three: the top bits of the
/// byte that the first, second or third letter of a group of four decides are those of printable ASCII.
struct LetterFits {
  std::uint64_t first, second, third;
  std::uint64_t hex;     ///< a hexadecimal digit
  std::uint64_t top;     ///< one that printable ASCII begins with
  std::uint64_t zero;    ///< 'A', which is 0
  std::uint64_t letter;  ///< a letter of base64 at all
};

/// First letters of what gzip, zstd and zlib become in base64 and hex; see probe_run.
[[gnu::always_inline]] constexpr bool may_be_compressed(std::uint8_t first, std::uint8_t second) noexcept {
  return ((first == 'H') & (second == '4')) | ((first == 'K') & (second == 'L')) | ((first == '2') & (second == '8')) |
         ((first == '1') & ((second | 0x20) == 'f')) |
         ((first == 'e') & ((second == 'J') | (second == 'N') | (second == 'A') | (second == 'F')));
}

enum Fit : std::uint8_t { kFirstFits = 1, kSecondFits = 2, kThirdFits = 4, kHexDigit = 8, kHexTop = 16, kZero = 32, kLetter = 64 };

/// Value of each letter of base64 and base64url, -1 for other bytes.
consteval std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 26; ++i) {
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(i);
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(52 + i);
  values['+'] = values['-'] = 62;
  values['/'] = values['_'] = 63;
  return values;
}
inline constexpr std::array<std::int8_t, 256> kBase64Values = make_base64_values();

consteval std::array<std::uint8_t, 256> make_fits() {
  std::array<std::uint8_t, 256> fits{};
  for (std::size_t c = 0; c < 256; ++c) {
    const int v = kBase64Values[c];
    if (v < 0) continue;
    if ((v & 0x20) == 0 && (v & 0x18) != 0) fits[c] |= kFirstFits;
    if ((v & 0x08) == 0 && (v & 0x06) != 0) fits[c] |= kSecondFits;
    if ((v & 0x02) == 0) fits[c] |= kThirdFits;
    const bool digit = c >= '0' && c <= '9';
    if (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) fits[c] |= kHexDigit;
    if (c >= '2' && c <= '7') fits[c] |= kHexTop;
    if (v == 0) fits[c] |= kZero;
    fits[c] |= kLetter;
  }
  return fits;
}
inline constexpr std::array<std::uint8_t, 256> kFits = make_fits();

}  // namespace bulkhead::reading
