#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bulkhead {

/// How text was written other than as itself, inside a field. Transfer and content codings of a message are not among
/// them: a field begins where those end.
enum class Encoding : std::uint8_t {
  none,
  percent,           ///< %34 (RFC 3986), also %u0034
  form,              ///< '+' for a blank (HTML forms)
  json,              ///< \u0034, \x34 (RFC 8259, JavaScript)
  html,              ///< &#52; &#x34; &nbsp;
  quoted_printable,  ///< =34 and soft line breaks (RFC 2045)
  unicode,           ///< digits, letters, blanks and dashes of Unicode that look like those of ASCII
  markup,            ///< in-line tags between digits
  utf16,
  utf32,
  base64,            ///< also base64url (RFC 4648)
  hex,
  compressed,        ///< gzip, zlib or zstd inside one of the others
};
inline constexpr std::size_t kEncodingCount = 13;

/// Encodings on top of each other, from the outermost on; unused places are `none`.
using EncodingChain = std::array<Encoding, 4>;

}  // namespace bulkhead
