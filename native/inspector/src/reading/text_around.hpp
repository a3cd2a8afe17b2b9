#pragma once

#include <cstddef>

#include "bulkhead/bytes.hpp"
#include "reading/escape.hpp"

namespace bulkhead::reading {

/// Characters of text in a row, itself among them, without which what looks like an escape is a chance among bytes that are
/// no text: no datum is so short.
inline constexpr std::size_t kTextAround = 6;
/// So many bytes on either side tell.
inline constexpr std::size_t kTextAroundBytes = 4 * (kTextAround - 1);

/// Whether `escape` is one only in text. What is written wide shows that it is text, one behind another was asked already.
constexpr bool needs_text(const Escape& escape, const Before& before) noexcept {
  constexpr EncodingBits kWide = bit_of(Encoding::utf16) | bit_of(Encoding::utf32);
  return escape.state == Escape::State::found && before.written == 0 && (bit_of(escape.encoding) & kWide) == 0;
}

/// `escape`, which is at the front of `from`, if it stands in text: UTF-8 (RFC 3629) without control characters. `before`:
/// the bytes in front of it, kTextAroundBytes or all there are. `final`: as of escape_at.
Escape if_in_text(const Escape& escape, Bytes before, Bytes from, bool final) noexcept;

}  // namespace bulkhead::reading
