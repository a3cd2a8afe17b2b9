#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reading/hint_tables.hpp"
#include "reading/hints.hpp"

namespace bulkhead::reading {

/// Pairs that may be a hint, by halves of their bytes: those of kHintTables and kWideTables, and some more that a set of
/// halves cannot tell from them.
struct HalfPairs {
  /// As often the same as the widest vector has quarters: a shuffle looks up in each by itself.
  struct Bytes {
    alignas(64) std::uint8_t low[kHintBlock]{}, high[kHintBlock]{};
    consteval void add(std::uint8_t set, std::string_view bytes) {
      for (const char c : bytes) {
        for (std::size_t quarter = 0; quarter < kHintBlock; quarter += 16) {
          low[quarter + (static_cast<std::uint8_t>(c) & 15)] |= set;
          high[quarter + (static_cast<std::uint8_t>(c) >> 4)] |= set;
        }
      }
    }
  };
  Bytes first, second;
  consteval void add(std::uint8_t set, std::string_view firsts, std::string_view seconds) {
    first.add(set, firsts);
    second.add(set, seconds);
  }
};
/// A tag may hold bytes that are no text.
constexpr std::uint8_t kTag = 1;
consteval HalfPairs make_half_pairs() {
  constexpr std::string_view digits = "0123456789";
  HalfPairs pairs;
  pairs.add(kTag, digits, "<");
  pairs.add(2, digits, "+\xe3");
  pairs.add(4, "%&", "#0123456789abcdefABCDEFuUhlnpqstz");
  pairs.add(8, "=", "0123456789abcdefABCDEF\r\n");
  pairs.add(16, "\\", "ux\\");
  pairs.add(32, "\xc2\xe2", "\x80\x81\x88\xa0\xad");
  pairs.add(64, "\xd9\xdb", "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9");
  pairs.add(128, "\xef\xf0", "\x9d\xbb\xbc\xbd");
  return pairs;
}
constexpr HalfPairs kHalfPairs = make_half_pairs();

/// Whether every pair of the exact tables is one of the halves, but NULs behind text, which are looked for by themselves.
consteval bool half_pairs_have_all() {
  const auto sets = [](const HalfPairs::Bytes& side, std::size_t byte) { return side.low[byte & 15] & side.high[byte >> 4]; };
  for (std::size_t first = 0; first < 256; ++first) {
    if (((kHintTables.first[first] & ~(kPacked | kBehindText)) | kWideTables.first[first]) == 0) continue;
    for (std::size_t second = 1; second < 256; ++second)
      if (is_hint(static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)) &&
          (sets(kHalfPairs.first, first) & sets(kHalfPairs.second, second)) == 0)
        return false;
  }
  return true;
}
static_assert(half_pairs_have_all());

}  // namespace bulkhead::reading
