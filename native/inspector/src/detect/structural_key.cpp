#include "detect/structural_key.hpp"

#include <cstring>

#include "bulkhead/scanner.hpp"
#include "detect/char_class.hpp"

namespace bulkhead::detect {
namespace {

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
