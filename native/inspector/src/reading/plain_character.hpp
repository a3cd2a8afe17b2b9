#pragma once

#include <cstdint>

namespace bulkhead::reading {

/// What a character of Unicode stands for in a number, a name or an address.
struct PlainCharacter {
  enum class Kind : std::uint8_t {
    other,      ///< nothing of ASCII
    itself,     ///< ASCII
    look_alike, ///< a digit, letter or sign of another block
    joint,      ///< a blank or a dash, as stands between groups
    nothing,    ///< not seen at all: zero-width, soft hyphen
  };
  Kind kind = Kind::other;
  char ascii = 0;
};

/// Unicode 15: full-width forms (U+FF01), Arabic-Indic and mathematical digits, the blanks of General Punctuation.
constexpr PlainCharacter plain_character(std::uint32_t point) noexcept {
  using Kind = PlainCharacter::Kind;
  const auto digit = [](std::uint32_t value) {
    return PlainCharacter{Kind::look_alike, static_cast<char>('0' + value)};
  };
  if (point < 0x80) return {Kind::itself, static_cast<char>(point)};
  if (point >= 0xff10 && point <= 0xff19) return digit(point - 0xff10);
  const bool letter = (point >= 0xff21 && point <= 0xff3a) || (point >= 0xff41 && point <= 0xff5a);
  // Punctuation of the block stands in ordinary Chinese and Japanese text; of it, only what data is made of counts.
  if (letter || point == 0xff20 || point == 0xff0d || point == 0xff0e)
    return {Kind::look_alike, static_cast<char>(point - 0xff00 + 0x20)};
  if (point >= 0x660 && point <= 0x669) return digit(point - 0x660);
  if (point >= 0x6f0 && point <= 0x6f9) return digit(point - 0x6f0);
  if (point >= 0x1d7ce && point <= 0x1d7ff) return digit((point - 0x1d7ce) % 10);
  if (point == 0xa0 || (point >= 0x2000 && point <= 0x200a) || point == 0x202f || point == 0x205f || point == 0x3000)
    return {Kind::joint, ' '};
  if ((point >= 0x2010 && point <= 0x2015) || point == 0x2212) return {Kind::joint, '-'};
  if (point == 0xad || (point >= 0x200b && point <= 0x200d) || point == 0x2060 || point == 0xfeff)
    return {Kind::nothing, 0};
  return {};
}

}  // namespace bulkhead::reading
