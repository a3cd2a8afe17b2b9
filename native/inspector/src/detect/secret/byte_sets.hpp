#pragma once

#include <cstdint>
#include <string_view>

#include "detect/char_class.hpp"

namespace bulkhead::detect::secret {

/// What the bytes of a secret may be.
using ByteSet = bool (*)(std::uint8_t) noexcept;

constexpr bool is_digit(std::uint8_t b) noexcept { return is(b, kDigit); }
constexpr bool is_alnum(std::uint8_t b) noexcept { return is(b, kAlnum); }
constexpr bool is_upper_digit(std::uint8_t b) noexcept { return is(b, kUpper | kDigit); }
constexpr bool is_lower_digit(std::uint8_t b) noexcept { return is(b, kLower | kDigit); }
constexpr bool is_base64(std::uint8_t b) noexcept { return is(b, kBase64); }
constexpr bool is_base64url(std::uint8_t b) noexcept { return is(b, kBase64Url); }
/// What Microsoft Entra ID makes client secrets of.
constexpr bool is_entra(std::uint8_t b) noexcept { return is(b, kBase64Url) || b == '~' || b == '.'; }
constexpr bool is_hex(std::uint8_t b) noexcept {
  return is(b, kDigit) || (lower(b) >= 'a' && lower(b) <= 'f');
}
constexpr bool is_lower_hex(std::uint8_t b) noexcept { return is(b, kDigit) || (b >= 'a' && b <= 'f'); }

}  // namespace bulkhead::detect::secret
