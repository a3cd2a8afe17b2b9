#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bulkhead::lane {

/// Up to eight sets of bytes, as tables that a vector shuffle looks up: a byte is in the set of a bit when both its low
/// and its high half allow it. A set is thus a product of halves; one that is not comes out a little larger. Bytes
/// above 0x7f are in no set.
struct HalfByteTables {
  alignas(16) std::array<std::uint8_t, 16> low{};
  alignas(16) std::array<std::uint8_t, 16> high{};

  constexpr void add(std::uint8_t bit, std::string_view bytes) {
    for (const char c : bytes) {
      low[static_cast<std::uint8_t>(c) & 15] |= bit;
      high[static_cast<std::uint8_t>(c) >> 4] |= bit;
    }
  }
  [[nodiscard]] constexpr std::uint8_t sets_of(std::uint8_t byte) const noexcept {
    return low[byte & 15] & high[byte >> 4];
  }
};

/// The sets of bytes that numbers and addresses are noticed by.
enum ByteSet : std::uint8_t {
  kSetDigit = 128,
  kSetSeparator = 64,  ///< ' ', '-' and '.' between groups of digits
  kSetOpening = 32,    ///< '+' and '(' in front of a phone number
  kSetAt = 16,         ///< '@'
  kSetLetter = 8,      ///< small letters up to 'o', those of hexadecimal digits among them: half a column, so exactly these
};

consteval HalfByteTables make_byte_sets() {
  HalfByteTables tables;
  tables.add(kSetDigit, "0123456789");
  tables.add(kSetSeparator, " -.");
  tables.add(kSetOpening, "+(");
  tables.add(kSetAt, "@");
  tables.add(kSetLetter, "abcdefghijklmno");
  return tables;
}
inline constexpr HalfByteTables kByteSets = make_byte_sets();

}  // namespace bulkhead::lane
