#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "bulkhead/encoding.hpp"

namespace bulkhead::reading {

/// Longest stretch that stands for one byte, or for none: a tag with its attributes, cut off here.
inline constexpr std::size_t kLongestEscape = 64;

/// A set of encodings as bits.
using EncodingBits = std::uint16_t;
constexpr EncodingBits bit_of(Encoding encoding) noexcept {
  return static_cast<EncodingBits>(1U << static_cast<unsigned>(encoding));
}

/// The byte in front of a place, and how it was written.
struct Before {
  std::uint8_t byte = 0;
  EncodingBits written = 0;
};

/// What stands at a place.
struct Escape {
  enum class State : std::uint8_t {
    none,     ///< the byte there stands for itself
    partial,  ///< more bytes are needed to tell
    found,
  };
  State state = State::none;
  Encoding encoding = Encoding::none;
  std::uint8_t length = 0;  ///< as written
  std::uint8_t size = 0;    ///< bytes it stands for: one or none
  std::uint8_t byte = 0;
};

/// Whether the bytes at the front of `from` stand for another byte, or for none. A function of at most kLongestEscape
/// bytes and of what is in front of them. `final`: nothing follows, so that the answer is never `partial`.
Escape escape_at(Bytes from, Before before, bool final) noexcept;

namespace internal {
consteval std::array<bool, 256> make_escape_starts() {
  std::array<bool, 256> starts{};
  for (const int byte : {0x00, 0x25, 0x26, 0x2b, 0x3c, 0x3d, 0x5c, 0xc2, 0xd9, 0xdb, 0xe2, 0xe3, 0xef, 0xf0})
    starts[static_cast<std::size_t>(byte)] = true;
  return starts;
}
inline constexpr std::array<bool, 256> kEscapeStarts = make_escape_starts();
}  // namespace internal

/// Whether a byte can be the first of an escape, whatever follows it and however it came here.
[[gnu::always_inline]] constexpr bool may_begin_escape(std::uint8_t byte) noexcept { return internal::kEscapeStarts[byte]; }

}  // namespace bulkhead::reading
