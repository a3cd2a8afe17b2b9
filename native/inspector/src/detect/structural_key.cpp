#include "detect/structural_key.hpp"

#include <bit>
#include <cstring>

#include "bulkhead/scanner.hpp"
#include "detect/char_class.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bulkhead::detect {
namespace {

#if defined(__SSE2__)
/// Bit i: byte i of sixteen is kKeyName, or a space in a quoted name.
int name_bytes(const std::uint8_t* at, bool quoted) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const auto within = [](__m128i which, char from, char size) {
    const __m128i value = _mm_sub_epi8(which, _mm_set1_epi8(from));
    return _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(size)), value);
  };
  const auto equal = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const __m128i alnum =
      _mm_or_si128(within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z' - 'a'), within(bytes, '0', 9));
  const __m128i marks =
      _mm_or_si128(_mm_or_si128(equal('_'), equal('-')), _mm_or_si128(equal('.'), equal(quoted ? ' ' : '_')));
  const __m128i rare = _mm_or_si128(equal('$'), _mm_or_si128(equal('['), equal(']')));
  return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(alnum, marks), rare));
}
#endif

/// Walks backwards from the datum; `p` is one past the byte that is looked at next.
struct Backwards {
  const std::uint8_t* limit;
  const std::uint8_t* p;

  [[nodiscard]] bool more() const noexcept { return p > limit; }
  [[nodiscard]] std::uint8_t byte() const noexcept { return more() ? p[-1] : std::uint8_t{0}; }
  bool take(std::uint8_t wanted) noexcept {
    if (byte() != wanted) return false;
    --p;
    return true;
  }
  void blanks() noexcept {
    while (byte() == ' ' || byte() == '\t') --p;
  }
  void white() noexcept {
    while (byte() == ' ' || byte() == '\t' || byte() == '\n' || byte() == '\r') --p;
  }
  /// One quote, with the backslash of JSON inside JSON.
  bool quote() noexcept {
    if (!take('"') && !take('\'') && !take('`')) return false;
    take('\\');
    return true;
  }
  StructuralKey name(bool quoted) noexcept {
    const std::uint8_t* const end = p;
#if defined(__SSE2__)
    for (; p - limit >= 16; p -= 16) {
      const auto others = static_cast<std::uint32_t>(~name_bytes(p - 16, quoted)) << 16;
      if (others == 0) continue;
      p -= std::countl_zero(others);
      return {p, static_cast<std::size_t>(end - p)};
    }
#endif
    while (more() && (is(p[-1], kKeyName) || (quoted && p[-1] == ' '))) --p;
    return {p, static_cast<std::size_t>(end - p)};
  }
};

StructuralKey xml_tag(Backwards walk) noexcept {
  const std::uint8_t* const end = walk.p;
  while (walk.more() && walk.byte() != '<') {
    if (walk.byte() == '>') return {};
    --walk.p;
  }
  if (!walk.more()) return {};
  const std::uint8_t* name = walk.p;
  const std::uint8_t* stop = name;
  while (stop < end && (is(*stop, kKeyName) || *stop == ':')) {
    if (*stop == ':') name = stop + 1;  // without its namespace prefix
    ++stop;
  }
  return {name, static_cast<std::size_t>(stop - name)};
}

/// `Content-Disposition: form-data; name="key"` and an empty line.
StructuralKey multipart_name(Backwards walk) noexcept {
  constexpr char kName[] = "name=";
  walk.white();
  if (!walk.take('"')) return {};
  const StructuralKey key = walk.name(true);
  if (!walk.take('"') || walk.p - walk.limit < 5 || std::memcmp(walk.p - 5, kName, 5) != 0) return {};
  return key;
}

/// Over the earlier elements of an array of scalars, to its '['.
bool to_array_start(Backwards& walk) noexcept {
  while (walk.more()) {
    const std::uint8_t byte = walk.byte();
    --walk.p;
    if (byte == '[') return true;
    if (byte == '{' || byte == '}' || byte == ':' || byte == '=' || byte == ']') return false;
  }
  return false;
}

}  // namespace

StructuralKey structural_key(const std::uint8_t* datum) noexcept {
  Backwards walk{datum - kContextBytes, datum};
  if (walk.byte() == '\n') return multipart_name(walk);
  walk.quote();
  walk.white();
  if (walk.byte() == ',' || walk.byte() == '[') {
    if (!to_array_start(walk)) return {};
    walk.white();
  }
  if (walk.take('>')) return xml_tag(walk);
  if (!walk.take(':') && !walk.take('=')) return {};
  walk.blanks();
  const bool quoted = walk.quote();
  return walk.name(quoted);
}

}  // namespace bulkhead::detect
