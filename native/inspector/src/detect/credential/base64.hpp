#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/char_class.hpp"

namespace bulkhead::detect::credential {

/// What a protocol keeps of one credential to judge it by; a longer one is judged by its first bytes.
inline constexpr std::size_t kKeptBytes = 512;

/// Decoded base64 or base64url (RFC 4648 §4 and §5) of a credential.
class Base64Text {
 public:
  /// False when `encoded` has other characters in it or nothing decodes. Bits behind the last whole byte are ignored.
  bool decode(std::string_view encoded) noexcept {
    size_ = 0;
    while (encoded.ends_with('=')) encoded.remove_suffix(1);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : encoded) {
      const int value = value_of(static_cast<std::uint8_t>(c));
      if (value < 0) return false;
      bits = bits << 6 | static_cast<std::uint32_t>(value);
      held += 6;
      if (held < 8) continue;
      held -= 8;
      if (size_ < text_.size()) text_[size_++] = static_cast<char>(bits >> held & 0xff);
    }
    return size_ > 0;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  static int value_of(std::uint8_t c) noexcept {
    if (is(c, kUpper)) return c - 'A';
    if (is(c, kLower)) return c - 'a' + 26;
    if (is(c, kDigit)) return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : -1;
  }

  std::array<char, kKeptBytes> text_;
  std::size_t size_ = 0;
};

}  // namespace bulkhead::detect::credential
