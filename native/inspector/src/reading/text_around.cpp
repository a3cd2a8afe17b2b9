#include "reading/text_around.hpp"

#include <algorithm>
#include <cstdint>

namespace bulkhead::reading {
namespace {

bool is_continuation(std::uint8_t byte) noexcept { return (byte & 0xc0) == 0x80; }

/// Bytes of the character that `lead` begins, 0 when none does.
std::size_t length_of(std::uint8_t lead) noexcept {
  if (lead < 0x80) return (lead >= 0x20 && lead != 0x7f) || lead == '\t' || lead == '\r' || lead == '\n' ? 1 : 0;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/// Bytes of the character of text that `bytes` ends with, 0 when there is none.
std::size_t last_length(Bytes bytes) noexcept {
  std::size_t length = 1;
  while (length < 4 && length < bytes.size() && is_continuation(bytes[bytes.size() - length])) ++length;
  return length <= bytes.size() && length_of(bytes[bytes.size() - length]) == length ? length : 0;
}

}  // namespace

Escape if_in_text(const Escape& escape, Bytes before, Bytes from, bool final) noexcept {
  const Escape cut_off{final ? Escape::State::none : Escape::State::partial};
  std::size_t characters = 1;
  for (; characters < kTextAround; ++characters) {
    const std::size_t length = last_length(before);
    if (length == 0) break;
    before = before.first(before.size() - length);
  }
  Bytes behind = from.subspan(escape.length);
  for (; characters < kTextAround; ++characters) {
    if (behind.empty()) return cut_off;
    const std::size_t length = length_of(behind[0]);
    if (length == 0) return {};
    const Bytes rest = behind.subspan(1, std::min(length, behind.size()) - 1);
    if (!std::all_of(rest.begin(), rest.end(), is_continuation)) return {};
    if (behind.size() < length) return cut_off;
    behind = behind.subspan(length);
  }
  return escape;
}

}  // namespace bulkhead::reading
