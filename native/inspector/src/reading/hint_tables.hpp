#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace bulkhead::reading {

/// Two bytes in a row are a hint when the first and the second share a set.
enum HintSet : std::uint8_t {
  kPercent = 1,
  kBackslash = 2,
  kAmpersand = 4,
  kEquals = 8,
  kBehindDigit = 16,
  kBehindText = 32,
  kPacked = 128,  ///< no hint by itself: first letters of what gzip, zstd and zlib become in base64 and hex
};

struct HintTables {
  std::array<std::uint8_t, 256> first{};
  std::array<std::uint8_t, 256> second{};
  consteval void add(HintSet set, std::string_view firsts, std::string_view seconds) {
    for (const char c : firsts) first[static_cast<std::uint8_t>(c)] |= set;
    for (const char c : seconds) second[static_cast<std::uint8_t>(c)] |= set;
  }
};

consteval HintTables make_hint_tables() {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view hex = "0123456789abcdefABCDEF";
  HintTables tables;
  tables.add(kPercent, "%", hex);
  tables.add(kPercent, "%", "uU");
  tables.add(kBackslash, "\\", "ux\\");
  tables.add(kAmpersand, "&", "#abcdehlnpqstz");
  tables.add(kEquals, "=", hex);
  tables.add(kEquals, "=", "\r\n");
  tables.add(kBehindDigit, digits, "<+");
  for (std::uint8_t c = 0x20; c < 0x7f; ++c) tables.first[c] |= kBehindText;
  tables.add(kBehindText, "\t\r\n", std::string_view("\0", 1));
  tables.add(kPacked, "HK12e", "4L8fFJNA");
  return tables;
}
inline constexpr HintTables kHintTables = make_hint_tables();

/// The same for bytes above 0x7f, which are few in most text: asked one pair at a time. (digit, 0xe3) is one too.
[[gnu::always_inline]] constexpr bool is_wide_hint(std::uint8_t first, std::uint8_t second) noexcept {
  switch (first) {
    case 0xc2:
      return second == 0xa0 || second == 0xad;
    case 0xd9:
      return second >= 0xa0 && second <= 0xa9;
    case 0xdb:
      return second >= 0xb0 && second <= 0xb9;
    case 0xe2:
      return second == 0x80 || second == 0x81 || second == 0x88;
    case 0xef:
      return second >= 0xbb && second <= 0xbd;
    case 0xf0:
      return second == 0x9d;
    default:
      return second == 0xe3 && first >= '0' && first <= '9';
  }
}

}  // namespace bulkhead::reading
