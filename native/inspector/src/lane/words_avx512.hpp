#pragma once

#include <immintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace bulkhead::lane {
namespace {

// Included by files compiled for AVX-512 alone; what is here stays theirs.

/// Blocks whose masks fill one vector, a word each.
constexpr std::size_t kWords = 8;

/// The masks of eight blocks and, to shift bits in from, those of the blocks one earlier.
struct EightWords {
  using Word = __m512i;
  Word now{}, before{};

  template <int Count>
  [[gnu::always_inline]] [[nodiscard]] inline Word shifted() const noexcept {
    return _mm512_shldi_epi64(now, before, Count);
  }
  [[gnu::always_inline]] inline void next(Word following) noexcept {
    // With a mask that changes nothing: g++ 12 warns of the undefined vector in the plain form (GCC bug 105593).
    before = _mm512_maskz_alignr_epi64(0xff, following, now, kWords - 1);
    now = following;
  }
};

/// A word for each block, with room on either side for those one earlier and one later.
template <std::size_t Vectors>
struct PaddedWords {
  alignas(64) std::uint64_t all[(Vectors + 2) * kWords];

  [[gnu::always_inline]] inline std::uint64_t* words() noexcept { return all + kWords; }
  /// The eight words from `first` on, a multiple of eight, and those one earlier or later.
  [[gnu::always_inline]] [[nodiscard]] inline __m512i at(std::size_t first) const noexcept {
    return _mm512_load_si512(all + kWords + first);
  }
  [[gnu::always_inline]] [[nodiscard]] inline __m512i earlier(std::size_t first) const noexcept {
    return _mm512_loadu_si512(all + kWords - 1 + first);
  }
  [[gnu::always_inline]] [[nodiscard]] inline __m512i later(std::size_t first) const noexcept {
    return _mm512_loadu_si512(all + kWords + 1 + first);
  }
  [[gnu::always_inline]] inline void put(std::size_t first, __m512i these) noexcept {
    _mm512_store_si512(all + kWords + first, these);
  }
};

/// Writes which of the words are not zero, and returns how many: eight at a time, so that nothing has to be guessed. It writes
/// up to kWords bytes more than it returns.
[[gnu::always_inline]] inline std::size_t list_full_words(const std::uint64_t* words, std::size_t vectors,
                                                          std::uint8_t* numbers) noexcept {
  const __m128i ascending = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0);
  std::size_t count = 0;
  for (std::size_t i = 0; i < vectors; ++i) {
    const __m512i these = _mm512_load_si512(words + i * kWords);
    const __mmask8 full = _mm512_test_epi64_mask(these, these);
    const __m128i all = _mm_add_epi8(ascending, _mm_set1_epi8(static_cast<char>(i * kWords)));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(numbers + count), _mm_maskz_compress_epi8(full, all));
    count += static_cast<std::size_t>(_mm_popcnt_u32(full));
  }
  return count;
}

/// The bits `Count` places later; `behind` are the words one later.
template <int Count>
[[gnu::always_inline]] inline __m512i ahead(__m512i now, __m512i behind) noexcept {
  return _mm512_shrdi_epi64(now, behind, Count);
}

/// The bits of `ends` and the five in front of each: where six in a row are, by where they end.
[[gnu::always_inline]] inline __m512i six_before(__m512i ends, __m512i behind) noexcept {
  constexpr int kAnyOfThree = 0xfe;  // a | b | c
  const __m512i three = _mm512_ternarylogic_epi64(ends, ahead<1>(ends, behind), ahead<2>(ends, behind), kAnyOfThree);
  return three | _mm512_ternarylogic_epi64(ahead<3>(ends, behind), ahead<4>(ends, behind), ahead<5>(ends, behind), kAnyOfThree);
}

}  // namespace
}  // namespace bulkhead::lane
