// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "reading/hints_in_text.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/words_avx512.hpp"
#include "reading/escape.hpp"
#include "reading/half_pairs.hpp"
#include "reading/hint_loop.hpp"
#include "reading/pair_tables_avx512.hpp"
#include "reading/text_around.hpp"

namespace bulkhead::reading {
namespace {

using lane::EightWords;
using lane::kWords;

constexpr int kAllThree = 0x80;     // a & b & c
constexpr int kFirstOrBoth = 0xf8;  // a | (b & c)

class HalfLookUp {
 public:
  [[gnu::always_inline]] explicit inline HalfLookUp(const HalfPairs::Bytes& bytes) noexcept
      : low_(_mm512_load_si512(bytes.low)), high_(_mm512_load_si512(bytes.high)) {}
  [[gnu::always_inline]] [[nodiscard]] inline __m512i sets_of(__m512i bytes) const noexcept {
    const __m512i half = _mm512_set1_epi8(15);
    return _mm512_and_si512(_mm512_shuffle_epi8(low_, _mm512_and_si512(bytes, half)),
                            _mm512_shuffle_epi8(high_, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), half)));
  }

 private:
  __m512i low_, high_;
};

/// The block before the chunk, the chunk, and what fills the last vector.
constexpr std::size_t kMostVectors = (1 + kHintChunk / kHintBlock + kWords - 1) / kWords;
using ChunkWords = lane::PaddedWords<kMostVectors>;

/// What the bytes of a chunk are.
struct ChunkMasks {
  ChunkWords text;         ///< ASCII without control characters but blanks
  ChunkWords high, upper;  ///< the top bit, and the one below
  ChunkWords pair, tag, nul;

  /// Nothing in front and behind.
  [[gnu::always_inline]] inline void clear_edges(std::size_t vectors) noexcept {
    const __m512i none = _mm512_setzero_si512();
    for (ChunkWords* words : {&text, &high, &upper, &pair, &tag, &nul}) {
      _mm512_store_si512(words->all, none);
      words->put((vectors - 1) * kWords, none);
      words->put(vectors * kWords, none);
    }
  }
  [[gnu::always_inline]] inline void put(std::size_t block, __m512i here, __m512i before, const HalfLookUp& firsts,
                                         const HalfLookUp& seconds) noexcept {
    const __m512i from_tab = _mm512_sub_epi8(here, _mm512_set1_epi8('\t'));
    text.words()[block] = _mm512_cmpgt_epi8_mask(here, _mm512_set1_epi8(0x1f)) |
                          _mm512_cmple_epu8_mask(from_tab, _mm512_set1_epi8('\r' - '\t'));
    high.words()[block] = _mm512_movepi8_mask(here);
    upper.words()[block] = _mm512_movepi8_mask(_mm512_add_epi8(here, here));
    const __m512i sets = firsts.sets_of(before) & seconds.sets_of(here);
    pair.words()[block] = _mm512_test_epi8_mask(sets, _mm512_set1_epi8(static_cast<char>(~kTag)));
    tag.words()[block] = _mm512_test_epi8_mask(sets, _mm512_set1_epi8(kTag));
    nul.words()[block] = _mm512_testn_epi8_mask(here, here);
  }
};

/// Where kTextAround bytes in a row end that may be characters of UTF-8.
[[gnu::always_inline]] inline void find_ends(const ChunkMasks& masks, std::size_t vectors, ChunkWords& ends) noexcept {
  static_assert(kTextAround == 6);
  EightWords one, two, four;
  for (std::size_t i = 0; i < vectors * kWords; i += kWords) {
    const __m512i high = masks.high.at(i), upper = masks.upper.at(i);
    // Bytes 0x80 to 0xbf only stand behind others above 0x7f, and those from 0xc0 on in front of them.
    const __m512i inner = _mm512_andnot_si512(upper, high);
    const __m512i later = _mm512_andnot_si512(masks.upper.later(i), masks.high.later(i));
    const __m512i leads = _mm512_ternarylogic_epi64(high, upper, lane::ahead<1>(inner, later), kAllThree);
    const __m512i behind_high = _mm512_shldi_epi64(high, masks.high.earlier(i), 1);
    one.next(_mm512_ternarylogic_epi64(masks.text.at(i) | leads, inner, behind_high, kFirstOrBoth));
    two.next(one.now & one.shifted<1>());
    four.next(two.now & two.shifted<2>());
    ends.put(i, four.now & two.shifted<4>());
  }
  ends.put(vectors * kWords, _mm512_setzero_si512());
}

/// Whether as many bytes of ASCII in a row as a run of an encoding has.
[[gnu::always_inline]] inline bool may_have_run(const ChunkMasks& masks, std::size_t vectors) noexcept {
  static_assert(kRunHint == 16 && kHexHint >= kRunHint);
  EightWords one, two, four, eight;
  __m512i any = _mm512_setzero_si512();
  for (std::size_t i = 0; i < vectors * kWords; i += kWords) {
    one.next(masks.text.at(i));
    two.next(one.now & one.shifted<1>());
    four.next(two.now & two.shifted<2>());
    eight.next(four.now & four.shifted<4>());
    any = _mm512_ternarylogic_epi64(any, eight.now, eight.shifted<8>(), kFirstOrBoth);
  }
  return _mm512_test_epi64_mask(any, any) != 0;
}

}  // namespace

void find_hints_in_text_avx512(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  const std::size_t blocks = 1 + (length + kHintBlock - 1) / kHintBlock;
  const std::size_t vectors = (blocks + kWords - 1) / kWords;
  const std::size_t known = std::min(before.size(), kHintBlock);
  const std::uint8_t last = known > 0 ? before.back() : std::uint8_t{0};
  // Block 0 is the one before the chunk. The byte in front of a block is read with it, but for the first ones.
  const auto bytes_of = [&](std::size_t block) __attribute__((always_inline)) {
    const std::size_t at = (block - 1) * kHintBlock;
    return _mm512_maskz_loadu_epi8(lowest(length - at), from + at);
  };
  const auto in_front_of = [&](std::size_t block) __attribute__((always_inline)) {
    const std::size_t at = (block - 1) * kHintBlock;
    if (block > 1) return _mm512_maskz_loadu_epi8(lowest(length - at), from + at - 1);
    return _mm512_mask_set1_epi8(_mm512_maskz_loadu_epi8(~1ULL, from - 1), 1, static_cast<char>(last));
  };

  ChunkMasks masks;
  masks.clear_edges(vectors);
  const HalfLookUp firsts(kHalfPairs.first), seconds(kHalfPairs.second);
  const __m512i none = _mm512_setzero_si512();
  masks.put(0, known > 0 ? _mm512_maskz_loadu_epi8(~lowest(kHintBlock - known), &before.back() + 1 - kHintBlock) : none, none,
            firsts, seconds);
  masks.put(1, bytes_of(1), in_front_of(1), firsts, seconds);
  std::size_t block = 2;
  for (; block * kHintBlock <= length; ++block) {
    const std::uint8_t* const at = from + (block - 1) * kHintBlock;
    masks.put(block, _mm512_loadu_si512(at), _mm512_loadu_si512(at - 1), firsts, seconds);
  }
  if (block < blocks) masks.put(block, bytes_of(block), in_front_of(block), firsts, seconds);
  // Runs among so many other bytes are rare.
  if (may_have_run(masks, vectors)) return find_hints_avx512(from, length, before, hints);

  ChunkWords ends, kept;
  find_ends(masks, vectors, ends);
  for (std::size_t i = 0; i < vectors * kWords; i += kWords) {
    const __m512i in_text = lane::six_before(ends.at(i), ends.later(i));
    const __m512i nuls = masks.nul.at(i) & lane::ahead<2>(masks.nul.at(i), masks.nul.later(i));
    kept.put(i, _mm512_ternarylogic_epi64(masks.tag.at(i) | nuls, masks.pair.at(i), in_text, kFirstOrBoth));
  }
  std::uint64_t* const words = kept.words();
  words[0] = 0;
  static_assert(kLongestEscape <= kHintBlock);
  words[blocks - 2] = words[blocks - 1] = ~std::uint64_t{0};

  hints.escape_count = hints.run_count = 0;
  std::uint8_t numbers[(kMostVectors + 1) * kWords];
  const std::size_t count = lane::list_full_words(words, vectors, numbers);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = (numbers[i] - std::size_t{1}) * kHintBlock;
    write_escapes(pairs_of(bytes_of(numbers[i]), in_front_of(numbers[i])) & words[numbers[i]] & lowest(length - at), at, hints);
  }
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

void find_hints_in_text_avx512(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  find_hints_scalar(from, length, before, hints);
}

}  // namespace bulkhead::reading

#endif
