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
  consteval void add(std::uint8_t set, std::string_view firsts, std::string_view seconds) {
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

/// The same for pairs with a second byte above 0x7f, which most text has few of. All of kWideDigit's first bytes are
/// below, those of the others above.
enum WideSet : std::uint8_t { kWideDigit = 64 };

consteval HintTables make_wide_tables() {
  HintTables tables;
  tables.add(1, "\xc2", "\xa0\xad");                                  // NBSP, soft hyphen
  tables.add(2, "\xd9", "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9");  // Arabic digits
  tables.add(4, "\xdb", "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9");  // Persian digits
  tables.add(8, "\xe2", "\x80\x81\x88");                              // spaces, dashes, joiners, the minus sign
  tables.add(16, "\xef", "\xbb\xbc\xbd");                             // full-width forms, the zero-width no-break space
  tables.add(32, "\xf0", "\x9d");                                     // mathematical digits
  tables.add(kWideDigit, "0123456789", "\xe3");                        // the ideographic space
  return tables;
}
inline constexpr HintTables kWideTables = make_wide_tables();

/// Whether two bytes in a row are a hint: every escape has one on its first or its second byte.
[[gnu::always_inline]] constexpr bool is_hint(std::uint8_t first, std::uint8_t second) noexcept {
  return (kHintTables.first[first] & kHintTables.second[second] & ~kPacked) != 0 ||
         (kWideTables.first[first] & kWideTables.second[second]) != 0;
}

}  // namespace bulkhead::reading
