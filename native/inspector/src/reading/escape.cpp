#include "reading/escape.hpp"

#include <algorithm>
#include <string_view>

#include "detect/char_class.hpp"
#include "reading/plain_character.hpp"

namespace bulkhead::reading {
namespace {

using State = Escape::State;
using detect::is;
using detect::kAlnum;
using detect::kDigit;

constexpr Escape kPartial{State::partial};
/// JSON inside JSON inside JSON doubles the backslashes each time.
constexpr std::size_t kMostBackslashes = 8;
/// &#x10ffff; and leading zeros.
constexpr std::size_t kMostReferenceDigits = 8;

int hex_value(std::uint8_t c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const std::uint8_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_text(std::uint8_t c) noexcept {
  return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\r' || c == '\n';
}

Escape found(Encoding encoding, std::size_t length, std::uint8_t byte) noexcept {
  return {State::found, encoding, static_cast<std::uint8_t>(length), 1, byte};
}
Escape dropped(Encoding encoding, std::size_t length) noexcept {
  return {State::found, encoding, static_cast<std::uint8_t>(length), 0, 0};
}
/// A character named by its number, however it is written: only what could be part of a datum.
Escape named_character(Encoding encoding, std::size_t length, std::uint32_t point) noexcept {
  const PlainCharacter plain = plain_character(point);
  if (plain.kind == PlainCharacter::Kind::other || point < '\t') return {};
  if (plain.kind == PlainCharacter::Kind::nothing) return dropped(encoding, length);
  return found(encoding, length, static_cast<std::uint8_t>(plain.ascii));
}

/// Four (or two) hexadecimal digits at `at`: their value, -1 when others stand there, -2 when they have not come yet.
std::int32_t hex_number(Bytes from, std::size_t at, std::size_t digits) noexcept {
  std::int32_t value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (i >= from.size()) return -2;
    const int digit = hex_value(from[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

Escape percent(Bytes from) noexcept {
  if (from.size() < 2) return kPartial;
  const bool wide = from[1] == 'u' || from[1] == 'U';
  const std::int32_t value = wide ? hex_number(from, 2, 4) : hex_number(from, 1, 2);
  if (value == -2) return kPartial;
  if (value < 0) return {};
  if (wide) return named_character(Encoding::percent, 6, static_cast<std::uint32_t>(value));
  return found(Encoding::percent, 3, static_cast<std::uint8_t>(value));
}

Escape backslash(Bytes from) noexcept {
  std::size_t at = 1;
  while (at < from.size() && at < kMostBackslashes && from[at] == '\\') ++at;
  if (at == from.size()) return at < kMostBackslashes ? kPartial : Escape{};
  if (from[at] != 'u' && from[at] != 'x') return {};
  const std::size_t digits = from[at] == 'u' ? 4 : 2;
  const std::int32_t value = hex_number(from, at + 1, digits);
  if (value == -2) return kPartial;
  if (value < 0x20) return {};
  return named_character(Encoding::json, at + 1 + digits, static_cast<std::uint32_t>(value));
}

struct NamedEntity {
  std::string_view name;
  std::uint8_t byte;  ///< 0: nothing
};
/// Of HTML's names, those of characters that stand in or around data.
constexpr NamedEntity kEntities[] = {
    {"nbsp;", ' '},   {"quot;", '"'},  {"apos;", '\''},  {"commat;", '@'}, {"period;", '.'}, {"hyphen;", '-'},
    {"dash;", '-'},   {"ndash;", '-'}, {"thinsp;", ' '}, {"ensp;", ' '},   {"emsp;", ' '},   {"shy;", 0},
    {"zwnj;", 0},     {"zwj;", 0},     {"colon;", ':'},  {"equals;", '='}, {"amp;", '&'},    {"num;", '#'},
    {"plus;", '+'},   {"lowbar;", '_'}, {"percnt;", '%'}, {"bsol;", '\\'}, {"sol;", '/'},
};

Escape reference(Bytes from, bool final) noexcept {
  if (from.size() < 2) return kPartial;
  if (from[1] == '#') {
    if (from.size() < 3) return kPartial;
    const bool hex = (from[2] | 0x20) == 'x';
    const std::size_t start = hex ? 3 : 2;
    std::uint32_t point = 0;
    std::size_t at = start;
    for (; at < from.size() && at < start + kMostReferenceDigits; ++at) {
      const int digit = hex_value(from[at]);
      if (digit < 0 || (!hex && digit > 9)) break;
      point = std::min<std::uint32_t>(point * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit), 0x110000);
    }
    if (at == from.size() && !final) return kPartial;
    if (at == start) return {};
    // Browsers do not insist on the semicolon.
    return named_character(Encoding::html, at + (at < from.size() && from[at] == ';' ? 1 : 0), point);
  }
  const std::string_view rest(reinterpret_cast<const char*>(from.data()) + 1, from.size() - 1);
  bool partial = false;
  for (const NamedEntity& entity : kEntities) {
    if (rest.starts_with(entity.name)) {
      const std::size_t length = entity.name.size() + 1;
      return entity.byte == 0 ? dropped(Encoding::html, length) : found(Encoding::html, length, entity.byte);
    }
    partial = partial || entity.name.starts_with(rest);
  }
  return partial ? kPartial : Escape{};
}

/// Forms and settings are full of '=' with something like a number behind: only what an encoder must write, or one
/// escape at the other, is taken for quoted-printable.
Escape quoted(Bytes from, Before before) noexcept {
  if (from.size() < 2) return kPartial;
  if (from[1] == '\n') return dropped(Encoding::quoted_printable, 2);
  if (from.size() < 3) return from[1] == '\r' || hex_value(from[1]) >= 0 ? kPartial : Escape{};
  if (from[1] == '\r') return from[2] == '\n' ? dropped(Encoding::quoted_printable, 3) : Escape{};
  const std::int32_t value = hex_number(from, 1, 2);
  if (value < 0) return {};
  const Escape escape = found(Encoding::quoted_printable, 3, static_cast<std::uint8_t>(value));
  if (value == '=' || (before.written & bit_of(Encoding::quoted_printable)) != 0) return escape;
  if (from.size() < 4) return kPartial;
  return from[3] == '=' ? escape : Escape{};
}

/// Elements that change how text looks but not where it is: digits before and after are read as one number.
constexpr std::string_view kInline[] = {"b",   "i",    "u",    "s",    "em",  "tt",   "big",  "bdi",  "bdo", "del", "ins",
                                        "sub", "sup",  "wbr",  "kbd",  "var", "code", "font", "mark", "nobr", "samp", "span",
                                        "a",   "abbr", "cite", "small", "strong", "data"};

Escape tag(Bytes from) noexcept {
  if (from.size() < 2) return kPartial;
  const std::size_t looked_at = std::min(from.size(), kLongestEscape);
  const bool comment = from[1] == '!';
  std::size_t at = from[1] == '/' ? 2 : 1;
  char name[8] = {};
  std::size_t length = 0;
  if (!comment) {
    for (; at < looked_at && is(from[at], detect::kAlpha); ++at) {
      if (length == sizeof name) return {};
      name[length++] = static_cast<char>(from[at] | 0x20);
    }
    if (at < looked_at || looked_at == kLongestEscape) {
      const bool ends = from[at] == '>' || from[at] == ' ' || from[at] == '/' || from[at] == '\n' || from[at] == '\t';
      if (!ends || std::find(std::begin(kInline), std::end(kInline), std::string_view(name, length)) == std::end(kInline))
        return {};
    }
  } else if (looked_at >= 4 && (from[2] != '-' || from[3] != '-')) {
    return {};
  }
  const auto* const end = from.data() + looked_at;
  const auto* const close = std::find(from.data() + at, end, std::uint8_t{'>'});
  if (close == end) return looked_at == kLongestEscape ? Escape{} : kPartial;
  return dropped(Encoding::markup, static_cast<std::size_t>(close - from.data()) + 1);
}

/// UTF-16 and UTF-32 of ASCII, either end first: text with one or three NULs between any two characters. Which
/// end is first does not matter, nor where the text begins; a single NUL between two strings is no such text.
Escape wide(Bytes from, Before before) noexcept {
  if (!is_text(before.byte)) return {};
  std::size_t nuls = 1;
  while (nuls < 4 && nuls < from.size() && from[nuls] == 0) ++nuls;
  if (nuls == 2 || nuls == 4) return nuls == from.size() && nuls == 2 ? kPartial : Escape{};
  const Encoding encoding = nuls == 1 ? Encoding::utf16 : Encoding::utf32;
  if (nuls == from.size()) return kPartial;
  if (!is_text(from[nuls])) return {};
  if ((before.written & bit_of(encoding)) != 0) return dropped(encoding, nuls);
  for (std::size_t i = nuls + 1; i <= 2 * nuls; ++i) {
    if (i == from.size()) return kPartial;
    if (from[i] != 0) return {};
  }
  return dropped(encoding, nuls);
}

Escape look_alike(Bytes from, Before before) noexcept {
  const std::uint8_t lead = from[0];
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  std::uint32_t point = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (i == from.size()) return kPartial;
    if ((from[i] & 0xc0) != 0x80) return {};
    point = point << 6 | (from[i] & 0x3fU);
  }
  using Kind = PlainCharacter::Kind;
  const PlainCharacter plain = plain_character(point);
  if (plain.kind == Kind::look_alike) return found(Encoding::unicode, length, static_cast<std::uint8_t>(plain.ascii));
  // Between words these are ordinary typography.
  if (!is(before.byte, kAlnum)) return {};
  if (plain.kind == Kind::joint) return found(Encoding::unicode, length, static_cast<std::uint8_t>(plain.ascii));
  return plain.kind == Kind::nothing ? dropped(Encoding::unicode, length) : Escape{};
}

bool is_look_alike_lead(std::uint8_t byte) noexcept {
  return byte == 0xc2 || byte == 0xd9 || byte == 0xdb || byte == 0xe2 || byte == 0xe3 || byte == 0xef || byte == 0xf0;
}

Escape kind_at(Bytes from, Before before, bool final) noexcept {
  switch (from[0]) {
    case '%':
      return percent(from);
    case '\\':
      return backslash(from);
    case '&':
      return reference(from, final);
    case '=':
      return quoted(from, before);
    case '<':
      return is(before.byte, kDigit) ? tag(from) : Escape{};
    case '+':
      if (!is(before.byte, kDigit)) return {};
      if (from.size() < 2) return kPartial;
      return is(from[1], kDigit) ? found(Encoding::form, 1, ' ') : Escape{};
    case 0:
      return wide(from, before);
    case 0xe3:  // the only one is a blank, and half of Japanese text begins with this byte
      return is(before.byte, kDigit) ? look_alike(from, before) : Escape{};
    default:
      return is_look_alike_lead(from[0]) ? look_alike(from, before) : Escape{};
  }
}

}  // namespace

Escape escape_at(Bytes from, Before before, bool final) noexcept {
  Escape escape = kind_at(from, before, final);
  if (final && escape.state == State::partial) escape.state = State::none;
  return escape;
}

}  // namespace bulkhead::reading
