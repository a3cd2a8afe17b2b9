#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bulkhead::reading {

/// What a byte could be in base64 or hex of text. The first three: the top bits of the byte that the first, second or third
/// letter of a group of four decides are those of printable ASCII.
enum Fit : std::uint8_t {
  kFirstFits = 2,
  kSecondFits = 4,
  kThirdFits = 8,
  kHexTop = 16,  ///< a hexadecimal digit that printable ASCII begins with
  kZero = 32,    ///< 'A', which is 0
  kLetter = 64,  ///< a letter of base64 at all
};

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
    if (c >= '2' && c <= '7') fits[c] |= kHexTop;
    if (v == 0) fits[c] |= kZero;
    fits[c] |= kLetter;
  }
  return fits;
}
inline constexpr std::array<std::uint8_t, 256> kFits = make_fits();

}  // namespace bulkhead::reading
