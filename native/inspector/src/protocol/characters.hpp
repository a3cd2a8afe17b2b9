#pragma once

#include <array>
#include <cstdint>

namespace bulkhead {

constexpr std::uint8_t to_lower(std::uint8_t c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c | 0x20) : c;
}
constexpr bool is_alpha(std::uint8_t c) noexcept { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
constexpr bool is_digit(std::uint8_t c) noexcept { return c >= '0' && c <= '9'; }
/// Whitespace and the control characters that some HTTP parsers take for it or ignore.
constexpr bool is_blank(std::uint8_t c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' || c == '\0';
}
/// Value of a hexadecimal digit, or -1.
constexpr int hex_value(std::uint8_t c) noexcept {
  if (is_digit(c)) return c - '0';
  const std::uint8_t lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
/// RFC 9110 5.6.2.
constexpr bool is_token_char(std::uint8_t c) noexcept {
  if (is_alpha(c) || is_digit(c)) return true;
  switch (c) {
    case '!': case '#': case '$': case '%': case '&': case '\'': case '*': case '+':
    case '-': case '.': case '^': case '_': case '`': case '|': case '~':
      return true;
    default:
      return false;
  }
}

}  // namespace bulkhead
