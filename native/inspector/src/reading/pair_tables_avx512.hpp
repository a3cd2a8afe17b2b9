#pragma once

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "reading/hint_tables.hpp"
#include "reading/hints.hpp"

namespace bulkhead::reading {
namespace {

// Included by files compiled for AVX-512 alone; what is here stays theirs.

struct HalfTable {
  alignas(64) std::uint8_t of[128];
};
consteval HalfTable half_of(const std::array<std::uint8_t, 256>& table, std::size_t from) {
  HalfTable half{};
  for (std::size_t i = 0; i < 128; ++i) half.of[i] = table[from + i];
  return half;
}
constexpr HalfTable kFirst = half_of(kHintTables.first, 0), kSecond = half_of(kHintTables.second, 0),
                    kWideFirst = half_of(kWideTables.first, 128), kWideSecond = half_of(kWideTables.second, 128);

/// The permutation overlooks the top bit of an index: bytes that are not of the table's half have nothing.
[[gnu::always_inline]] inline __m512i look_up(const HalfTable& table, __m512i bytes, __mmask64 of_half) noexcept {
  return _mm512_maskz_permutex2var_epi8(of_half, _mm512_load_si512(table.of), bytes,
                                        _mm512_load_si512(table.of + kHintBlock));
}

/// The bytes that are the second of a pair of kWideTables. `digits`: the sets of kHintTables of the bytes before.
[[gnu::always_inline]] inline __mmask64 wide_pairs(__m512i here, __m512i before, __m512i digits, __mmask64 high) noexcept {
  static_assert(kBehindDigit << 2 == kWideDigit);
  const __m512i digit = _mm512_slli_epi16(_mm512_and_si512(digits, _mm512_set1_epi8(kBehindDigit)), 2);
  const __m512i first = _mm512_or_si512(digit, look_up(kWideFirst, before, _mm512_movepi8_mask(before)));
  return _mm512_test_epi8_mask(first, look_up(kWideSecond, here, high));
}

/// The bytes that are the second of a pair of either tables. `before`: the same one byte earlier.
[[gnu::always_inline]] inline __mmask64 pairs_of(__m512i here, __m512i before) noexcept {
  const __m512i packed = _mm512_set1_epi8(static_cast<char>(kPacked));
  const __mmask64 high = _mm512_movepi8_mask(here);
  const __m512i first = look_up(kFirst, before, _mm512_testn_epi8_mask(before, packed));
  const __m512i shared = _mm512_and_si512(look_up(kSecond, here, ~high), first);
  return _mm512_test_epi8_mask(shared, _mm512_set1_epi8(static_cast<char>(~kPacked))) | wide_pairs(here, before, first, high);
}

constexpr std::uint64_t lowest(std::size_t count) noexcept { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

}  // namespace
}  // namespace bulkhead::reading
