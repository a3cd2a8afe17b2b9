// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "reading/hints.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/words_avx512.hpp"
#include "reading/hint_loop.hpp"
#include "reading/letter_fits.hpp"
#include "reading/pair_tables_avx512.hpp"

namespace bulkhead::reading {
namespace {

using lane::kWords;

struct Indexes {
  alignas(64) std::uint8_t of[kHintBlock];
};
template <class Index>
consteval Indexes indexes(Index index) {
  Indexes all{};
  for (std::size_t i = 0; i < kHintBlock; ++i) all.of[i] = static_cast<std::uint8_t>(index(i));
  return all;
}
constexpr HalfTable kAsciiFits = half_of(kFits, 0);

/// The bits of 64 bytes turned: word i is bit i of all bytes.
[[gnu::always_inline]] inline __m512i turned(__m512i bytes) noexcept {
  // Eight bytes are a matrix of 8 by 8 bits, the last byte its first row.
  static constexpr Indexes kLastFirst = indexes([](std::size_t i) { return (i & ~7ULL) | (7 - (i & 7)); });
  static constexpr Indexes kByBit = indexes([](std::size_t i) { return (i & 7) << 3 | i >> 3; });
  const __m512i identity = _mm512_set1_epi64(static_cast<long long>(0x8040'2010'0804'0201ULL));
  const __m512i matrices = _mm512_permutexvar_epi8(_mm512_load_si512(kLastFirst.of), bytes);
  return _mm512_permutexvar_epi8(_mm512_load_si512(kByBit.of), _mm512_gf2p8affine_epi64_epi8(identity, matrices, 0));
}

/// What the bytes of a block are: the Fits, kPacked, and as bit 0 whether they are the second of a pair.
[[gnu::always_inline]] inline __m512i classify(__m512i here, __m512i before) noexcept {
  static_assert(kPacked == 128 && (kFirstFits | kSecondFits | kThirdFits | kHexTop | kZero | kLetter) == 126);
  constexpr int kFirstOrBoth = 0xf8;  // a | (b & c)
  const __m512i packed = _mm512_set1_epi8(static_cast<char>(kPacked));
  const __m512i one = _mm512_set1_epi8(1);
  const __mmask64 high = _mm512_movepi8_mask(here);
  const __m512i first = look_up(kFirst, before, _mm512_testn_epi8_mask(before, packed));
  const __m512i shared = _mm512_and_si512(look_up(kSecond, here, ~high), first);
  __m512i pair = _mm512_min_epu8(_mm512_andnot_si512(packed, shared), one);
  if (high != 0) pair = _mm512_mask_mov_epi8(pair, wide_pairs(here, before, first, high), one);
  return _mm512_or_si512(pair, _mm512_ternarylogic_epi64(look_up(kAsciiFits, here, ~high), shared, packed, kFirstOrBoth));
}

/// Turns words of a block each into words of a bit each.
[[gnu::always_inline]] inline void transpose(__m512i (&rows)[kWords]) noexcept {
  __m512i pairs[kWords], fours[kWords];
  for (std::size_t i = 0; i < kWords; i += 2) {
    pairs[i] = _mm512_unpacklo_epi64(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi64(rows[i], rows[i + 1]);
  }
  constexpr int kEven = 0x88, kOdd = 0xdd;
  for (std::size_t half = 0; half < kWords; half += 4) {
    for (std::size_t i = half; i < half + 2; ++i) {
      fours[i] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], kEven);
      fours[i + 2] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], kOdd);
    }
  }
  // Lanes 0 and 2 of a row are bits 0 and 4 of it, 1 and 3 bits 2 and 6.
  for (std::size_t i = 0; i < 2; ++i) {
    rows[i] = _mm512_shuffle_i64x2(fours[i], fours[i + 4], kEven);
    rows[i + 4] = _mm512_shuffle_i64x2(fours[i], fours[i + 4], kOdd);
    rows[i + 2] = _mm512_shuffle_i64x2(fours[i + 2], fours[i + 6], kEven);
    rows[i + 6] = _mm512_shuffle_i64x2(fours[i + 2], fours[i + 6], kOdd);
  }
}

}  // namespace

void find_hints_avx512(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  hints.escape_count = hints.run_count = 0;
  RunChains<lane::EightWords> chains;
  const std::size_t known = std::min(before.size(), kHintBlock);
  const std::uint8_t last = known > 0 ? before.back() : std::uint8_t{0};
  // The block before counts as one too, at the front.
  const std::size_t front = known > 0 ? 1 : 0;
  const std::size_t blocks = front + (length + kHintBlock - 1) / kHintBlock;
  for (std::size_t i = 0; i < blocks; i += kWords) {
    __m512i rows[kWords];
    const std::size_t count = std::min(kWords, blocks - i);
    std::size_t row = 0;
    if (i == 0 && front == 1) {
      const __mmask64 ours = ~lowest(kHintBlock - known);
      const std::uint8_t* const at = before.data() + before.size() - kHintBlock;
      const __m512i here = _mm512_maskz_loadu_epi8(ours, at);
      rows[row++] = turned(classify(here, _mm512_maskz_loadu_epi8(ours << 1, at - 1)));
    }
    // Nearly all of a long field: whole blocks of it, kept in registers.
    if (i > 0 && (i + kWords - front) * kHintBlock <= length) {
      const std::uint8_t* const at = from + (i - front) * kHintBlock;
#pragma GCC unroll 8
      for (; row < kWords; ++row) {
        const std::uint8_t* const bytes = at + row * kHintBlock;
        rows[row] = turned(classify(_mm512_loadu_si512(bytes), _mm512_loadu_si512(bytes - 1)));
      }
    }
    for (; row < count; ++row) {
      const std::size_t at = (i + row - front) * kHintBlock;
      const __mmask64 ours = lowest(length - at);
      const __m512i here = _mm512_maskz_loadu_epi8(ours, from + at);
      const __m512i one_before =
          at == 0 ? _mm512_mask_set1_epi8(_mm512_maskz_loadu_epi8(ours << 1, from - 1), 1, static_cast<char>(last))
                  : _mm512_maskz_loadu_epi8(ours, from + at - 1);
      rows[row] = turned(classify(here, one_before));
    }
    for (; row < kWords; ++row) rows[row] = _mm512_setzero_si512();
    transpose(rows);
    const auto runs = chains.next({rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7]});
    alignas(64) std::uint64_t pair_words[kWords], text_words[kWords], packed_words[kWords];
    _mm512_store_si512(pair_words, rows[0]);
    _mm512_store_si512(text_words, runs.text);
    _mm512_store_si512(packed_words, runs.packed);
    const __m512i any = rows[0] | runs.text | runs.packed;
    std::uint64_t left = _mm512_test_epi64_mask(any, any);
    if (i == 0) left &= ~front;
    for (; left != 0; left &= left - 1) {
      const auto word = static_cast<std::size_t>(std::countr_zero(left));
      const std::size_t at = (i + word - front) * kHintBlock;
      const std::uint64_t ours = lowest(length - at);
      write_escapes(pair_words[word] & ours, at, hints);
      write_runs({text_words[word] & ours, packed_words[word] & ours}, at, hints);
    }
  }
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

void find_hints_avx512(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  find_hints_scalar(from, length, before, hints);
}

}  // namespace bulkhead::reading

#endif
