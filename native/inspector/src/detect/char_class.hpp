#pragma once

#include <array>
#include <cstdint>

namespace bulkhead::detect {

/// Character classes of the bytes that data and its surroundings are made of. ASCII only: any byte above 0x7f has none.
enum CharClass : std::uint8_t {
  kDigit = 1,
  kUpper = 2,
  kLower = 4,
  kBase64Url = 8,    ///< letters, digits, '-' and '_'
  kMailLocal = 16,   ///< the part of RFC 5321's dot-string that occurs in practice
  kMailDomain = 32,  ///< letters, digits, '-' and '.'
  kKeyName = 64,     ///< what names of fields are made of
  kBase64 = 128,     ///< letters, digits, '+' and '/'
};
inline constexpr std::uint8_t kAlpha = kUpper | kLower;
inline constexpr std::uint8_t kAlnum = kAlpha | kDigit;

namespace internal {
consteval std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&table](const char* chars, std::uint8_t cls) {
    for (; *chars != '\0'; ++chars) table[static_cast<std::uint8_t>(*chars)] |= cls;
  };
  constexpr std::uint8_t everywhere = kBase64Url | kMailLocal | kMailDomain | kKeyName | kBase64;
  mark("0123456789", kDigit | everywhere);
  mark("ABCDEFGHIJKLMNOPQRSTUVWXYZ", kUpper | everywhere);
  mark("abcdefghijklmnopqrstuvwxyz", kLower | everywhere);
  mark("-_", kBase64Url);
  mark("._%+-", kMailLocal);
  mark(".-", kMailDomain);
  mark("_-.$[]", kKeyName);
  mark("+/", kBase64);
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kClasses = make_classes();
}  // namespace internal

constexpr bool is(std::uint8_t byte, std::uint8_t classes) noexcept {
  return (internal::kClasses[byte] & classes) != 0;
}
constexpr std::uint8_t lower(std::uint8_t byte) noexcept {
  return is(byte, kUpper) ? static_cast<std::uint8_t>(byte | 0x20) : byte;
}

}  // namespace bulkhead::detect
