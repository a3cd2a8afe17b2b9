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

/// Beside the Fits: what may be part of a pair, and letters that compressed data may begin with. The first of those share a mark
/// with the former: other than '+', they are also one of the Fits of places. Few blocks of text have what may be a pair, and are
/// looked at again.
constexpr std::uint8_t kMayPair = 1;
constexpr std::uint8_t kPlaces = kFirstFits | kSecondFits | kThirdFits;
consteval HalfTable make_marks() {
  HalfTable marks = half_of(kFits, 0);
  for (std::size_t c = 0; c < 128; ++c) {
    const std::uint8_t firsts = kHintTables.first[c] & (kPercent | kBackslash | kAmpersand | kEquals | kPacked);
    const std::uint8_t seconds = kHintTables.second[c] & (kBehindDigit | kBehindText);
    if ((firsts | seconds) != 0) marks.of[c] |= kMayPair;
    marks.of[c] |= kHintTables.second[c] & kPacked;
  }
  return marks;
}
constexpr HalfTable kMarks = make_marks();
consteval bool marks_are_told_apart() {
  for (std::size_t c = 0; c < 128; ++c)
    if ((kMarks.of[c] & kMayPair) != 0 && ((kHintTables.first[c] & kPacked) != 0) != ((kMarks.of[c] & kPlaces) != 0)) return false;
  return true;
}
static_assert(marks_are_told_apart());

/// The bits of 64 bytes turned: word i is bit i of all bytes.
[[gnu::always_inline]] inline __m512i turned(__m512i bytes) noexcept {
  // Eight bytes are a matrix of 8 by 8 bits, the last byte its first row.
  static constexpr Indexes kLastFirst = indexes([](std::size_t i) { return (i & ~7ULL) | (7 - (i & 7)); });
  static constexpr Indexes kByBit = indexes([](std::size_t i) { return (i & 7) << 3 | i >> 3; });
  const __m512i identity = _mm512_set1_epi64(static_cast<long long>(0x8040'2010'0804'0201ULL));
  const __m512i matrices = _mm512_permutexvar_epi8(_mm512_load_si512(kLastFirst.of), bytes);
  return _mm512_permutexvar_epi8(_mm512_load_si512(kByBit.of), _mm512_gf2p8affine_epi64_epi8(identity, matrices, 0));
}

/// These bytes of a block, and blanks in place of the others, which are nothing.
[[gnu::always_inline]] inline __m512i only(__mmask64 these, const std::uint8_t* block) noexcept {
  return _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), these, block);
}

/// What the bytes of a block are: the Fits and what kMarks has beside them.
[[gnu::always_inline]] inline __m512i classify(__m512i here) noexcept {
  static_assert(kMayPair == 1 && (kPlaces | kHexTop | kZero | kLetter) == 126 && kPacked == 128);
  const __mmask64 high = _mm512_movepi8_mask(here);
  return _mm512_mask_mov_epi8(look_up(kMarks, here, ~high), high, _mm512_set1_epi8(kMayPair));
}

/// A block's bytes, and the same one byte earlier.
struct Block {
  __m512i here, before;

  /// The bytes that are the second of a pair.
  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t pairs() const noexcept {
    const __mmask64 high = _mm512_movepi8_mask(here);
    const __m512i first = look_up(kFirst, before, ~_mm512_movepi8_mask(before));
    const __m512i shared = _mm512_and_si512(look_up(kSecond, here, ~high), first);
    const __mmask64 narrow = _mm512_test_epi8_mask(shared, _mm512_set1_epi8(static_cast<char>(~kPacked)));
    return high == 0 ? narrow : narrow | wide_pairs(here, before, first, high);
  }
};

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

/// The block before a chunk and the chunk's, in whole vectors.
constexpr std::size_t kMaxWords = (1 + kHintChunk / kHintBlock + kWords - 1) / kWords * kWords;

}  // namespace

void find_hints_avx512(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  hints.escape_count = hints.run_count = 0;
  RunChains<lane::EightWords> chains;
  lane::EightWords may_pair, begins_packed;
  alignas(64) std::uint64_t pair_words[kMaxWords], text_words[kMaxWords], packed_words[kMaxWords], any_words[kMaxWords];
  const std::size_t known = std::min(before.size(), kHintBlock);
  const std::uint8_t last = known > 0 ? before.back() : std::uint8_t{0};
  // The block before counts as one too, at the front.
  const std::size_t front = known > 0 ? 1 : 0;
  const std::size_t blocks = front + (length + kHintBlock - 1) / kHintBlock;
  const auto pairs_at = [&](std::size_t at) __attribute__((always_inline)) {
    const __mmask64 ours = lowest(length - at);
    const __m512i one_before = at == 0 ? _mm512_mask_set1_epi8(_mm512_maskz_loadu_epi8(ours << 1, from - 1), 1, static_cast<char>(last))
                                       : _mm512_maskz_loadu_epi8(ours, from + at - 1);
    return Block{_mm512_maskz_loadu_epi8(ours, from + at), one_before}.pairs() & ours;
  };
  for (std::size_t i = 0; i < blocks; i += kWords) {
    __m512i rows[kWords];
    const std::size_t count = std::min(kWords, blocks - i);
    std::size_t row = 0;
    if (i == 0 && front == 1)
      rows[row++] = turned(classify(only(~lowest(kHintBlock - known), before.data() + before.size() - kHintBlock)));
    // Nearly all of a long field: whole blocks of it, kept in registers.
    if (i > 0 && (i + kWords - front) * kHintBlock <= length) {
      const std::uint8_t* const at = from + (i - front) * kHintBlock;
#pragma GCC unroll 8
      for (; row < kWords; ++row) rows[row] = turned(classify(_mm512_loadu_si512(at + row * kHintBlock)));
    }
    for (; row < count; ++row) {
      const std::size_t at = (i + row - front) * kHintBlock;
      rows[row] = turned(classify(only(lowest(length - at), from + at)));
    }
    for (; row < kWords; ++row) rows[row] = _mm512_setzero_si512();
    transpose(rows);
    // The marks that are one of letters: see kMarks.
    const __m512i places = rows[1] | rows[2] | rows[3];
    begins_packed.next(rows[0] & places);
    may_pair.next(_mm512_andnot_si512(places, rows[0]));
    const __m512i packed = rows[7] & begins_packed.shifted<1>();
    const auto runs = chains.next({rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], packed});
    // The first of a pair may be the last byte of the block before.
    const __m512i pairs = may_pair.now | may_pair.shifted<1>();
    _mm512_store_si512(pair_words + i, pairs);
    _mm512_store_si512(text_words + i, runs.text);
    _mm512_store_si512(packed_words + i, runs.packed);
    _mm512_store_si512(any_words + i, pairs | runs.text | runs.packed);
  }
  // Listed before they are gone through: a branch for each would be guessed wrong with each that has something.
  if (front == 1) any_words[0] = 0;
  std::uint8_t numbers[kMaxWords + kWords];
  const std::size_t full = lane::list_full_words(any_words, (blocks + kWords - 1) / kWords, numbers);
  for (std::size_t i = 0; i < full && numbers[i] < blocks; ++i) {
    const std::size_t word = numbers[i], at = (word - front) * kHintBlock;
    const std::uint64_t ours = lowest(length - at);
    if (pair_words[word] != 0) write_escapes(pairs_at(at), at, hints);
    write_runs({text_words[word] & ours, packed_words[word] & ours}, at, hints);
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
