#pragma once

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "lane/anchors.hpp"
#include "lane/find_events.hpp"

namespace bulkhead::lane {
namespace {

// Included by files compiled for AVX2 alone; what is here stays theirs.

/// For find_loop: reads kBlockLookBack bytes in front of a block.
template <Finds Wanted>
struct Avx2Classifier {
  static constexpr Finds kWanted = Wanted;
  [[gnu::always_inline]] static inline __m256i load(const std::uint8_t* p) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  [[gnu::always_inline]] static inline __m256i table(const std::array<std::uint8_t, 16>& bytes) noexcept {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(&bytes)));
  }
  /// The sets of each byte. The shuffle takes the low half of an index by itself, and gives 0 for bytes above 0x7f.
  [[gnu::always_inline]] static inline __m256i sets(const HalfByteTables& tables, __m256i bytes) noexcept {
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    return _mm256_and_si256(_mm256_shuffle_epi8(table(tables.low), bytes),
                            _mm256_shuffle_epi8(table(tables.high), high));
  }
  [[gnu::always_inline]] static inline __m256i all_three(const std::array<HalfByteTables, 3>& tables, __m256i here,
                                                         __m256i before, __m256i second_before) noexcept {
    return _mm256_and_si256(_mm256_and_si256(sets(tables[2], here), sets(tables[1], before)),
                            sets(tables[0], second_before));
  }
  /// Bit i: byte i has the set whose bit the shift moves to the top.
  template <int Shift>
  [[gnu::always_inline]] static inline std::uint64_t mask(__m256i first, __m256i second) noexcept {
    const auto low = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(first, Shift)));
    const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(second, Shift)));
    return low | (std::uint64_t{high} << 32);
  }

  struct Half {
    __m256i sets, no_point;
  };
  [[gnu::always_inline]] static inline Half classify_half(const std::uint8_t* p) noexcept {
    const __m256i here = load(p);
    const __m256i byte_sets = sets(kByteSets, here);
    const __m256i before = load(p - 1);
    const __m256i second_before = load(p - 2);
    __m256i anchors = _mm256_or_si256(all_three(kAnchorTables, here, before, second_before),
                                      all_three(kTokenTables, here, before, second_before));
    if constexpr (has_names(Wanted))
      anchors = _mm256_or_si256(anchors, all_three(kNameTables, here, before, second_before));
    const __m256i point = _mm256_or_si256(anchors, _mm256_and_si256(byte_sets, _mm256_set1_epi8(kSetAt)));
    return {byte_sets, _mm256_cmpeq_epi8(point, _mm256_setzero_si256())};
  }

  [[gnu::always_inline]] static inline BlockMasks classify(const std::uint8_t* bytes) noexcept {
    static_assert(kSetDigit == 128 && kSetSeparator == 64 && kSetOpening == 32 && kSetLetter == 8);
    const Half a = classify_half(bytes);
    const Half b = classify_half(bytes + 32);
    return {mask<0>(a.sets, b.sets), mask<1>(a.sets, b.sets), mask<2>(a.sets, b.sets),
            ~mask<0>(a.no_point, b.no_point), has_short_runs(Wanted) ? mask<4>(a.sets, b.sets) : 0};
  }
};

}  // namespace
}  // namespace bulkhead::lane
