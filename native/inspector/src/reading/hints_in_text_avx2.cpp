// Compiled for AVX2: nothing here may call an inline function that another file could end up calling.
#include "reading/hints_in_text.hpp"

#if defined(__AVX2__)

#include "lane/text_rows.hpp"
#include "reading/classify_avx2.hpp"
#include "reading/half_pairs.hpp"
#include "reading/text_around.hpp"

namespace bulkhead::reading {
namespace {

using lane::ahead;
using lane::shifted;

/// The block before the chunk, and the chunk.
constexpr std::size_t kMostBlocks = 1 + kHintChunk / kHintBlock;

/// A word for each block, with one on either side.
class Words {
 public:
  [[gnu::always_inline]] inline std::uint64_t& operator[](std::size_t block) noexcept { return all_[block + 1]; }
  /// The bits `Count` places earlier and later.
  template <unsigned Count>
  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t earlier(std::size_t block) const noexcept {
    return shifted(all_[block + 1], all_[block], Count);
  }
  template <unsigned Count>
  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t later(std::size_t block) const noexcept {
    return ahead(all_[block + 1], all_[block + 2], Count);
  }
  [[gnu::always_inline]] inline void clear_edges(std::size_t blocks) noexcept { all_[0] = all_[blocks + 1] = 0; }

 private:
  std::uint64_t all_[kMostBlocks + 2];
};

/// What the bytes of a chunk are.
struct ChunkMasks {
  Words text;         ///< ASCII without control characters but blanks
  Words high, inner;  ///< from 0x80 on, and to 0xbf
  Words pair, tag, nul;

  [[gnu::always_inline]] inline void put(std::size_t block, const std::uint8_t* bytes, const HalfLookUp& firsts,
                                         const HalfLookUp& seconds) noexcept {
    static_assert(kTag == 1);
    const Half a(bytes, firsts, seconds), b(bytes + 32, firsts, seconds);
    text[block] = Block{a.text, b.text}.tops();
    const Block here{a.here, b.here};
    high[block] = here.tops();
    inner[block] = high[block] & ~here.has<1>();
    const __m256i all_but_tag = _mm256_set1_epi8(static_cast<char>(~kTag));
    pair[block] = Block{_mm256_and_si256(a.sets, all_but_tag), _mm256_and_si256(b.sets, all_but_tag)}.any();
    tag[block] = Block{a.sets, b.sets}.has<7>();
    nul[block] = ~here.any();
  }
  [[gnu::always_inline]] inline void clear_edges(std::size_t blocks) noexcept {
    for (Words* words : {&text, &high, &inner, &pair, &tag, &nul}) words->clear_edges(blocks);
  }

 private:
  struct Half {
    __m256i here, text, sets;
    [[gnu::always_inline]] inline Half(const std::uint8_t* bytes, const HalfLookUp& firsts, const HalfLookUp& seconds) noexcept
        : here(load(bytes)) {
      const __m256i from_tab = _mm256_sub_epi8(here, _mm256_set1_epi8('\t'));
      const __m256i blank = _mm256_cmpeq_epi8(_mm256_min_epu8(from_tab, _mm256_set1_epi8('\r' - '\t')), from_tab);
      text = _mm256_or_si256(_mm256_cmpgt_epi8(here, _mm256_set1_epi8(0x1f)), blank);
      sets = _mm256_and_si256(firsts.sets_of(load(bytes - 1)), seconds.sets_of(here));
    }
  };
};

/// Where kTextAround bytes in a row end that may be characters of UTF-8.
[[gnu::always_inline]] inline void find_ends(ChunkMasks& masks, std::size_t blocks, Words& ends) noexcept {
  static_assert(kTextAround == 6);
  lane::SixInRow rows;
  for (std::size_t i = 0; i < blocks; ++i) {
    // Bytes 0x80 to 0xbf only stand behind others above 0x7f, and those from 0xc0 on in front of them.
    const std::uint64_t leads = masks.high[i] & ~masks.inner[i] & masks.inner.later<1>(i);
    ends[i] = rows.next(masks.text[i] | leads | (masks.inner[i] & masks.high.earlier<1>(i)));
  }
  ends.clear_edges(blocks);
}

/// Whether as many bytes of ASCII in a row as a run of an encoding has.
[[gnu::always_inline]] inline bool may_have_run(ChunkMasks& masks, std::size_t blocks) noexcept {
  static_assert(kRunHint == 16 && kHexHint >= kRunHint);
  OneBlock one, two, four, eight;
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    one.next(masks.text[i]);
    two.next(one.now & one.shifted<1>());
    four.next(two.now & two.shifted<2>());
    eight.next(four.now & four.shifted<4>());
    any |= eight.now & eight.shifted<8>();
  }
  return any != 0;
}

/// A chunk and the block before it, which is block 0. Of the first two blocks and the last there are copies, with the byte in front.
class ChunkBlocks {
 public:
  [[gnu::always_inline]] inline ChunkBlocks(const std::uint8_t* from, std::size_t length, Bytes before) noexcept
      : from_(from), last_(length / kHintBlock + 1) {
    const std::size_t known = std::min(before.size(), kHintBlock);
    if (known > 0) std::memcpy(first_ + 1 + kHintBlock - known, before.data() + before.size() - known, known);
    std::memcpy(first_ + 1 + kHintBlock, from, kHintBlock);
    const std::size_t at = (last_ - 1) * kHintBlock;
    std::memcpy(end_, from + at - 1, length - at + 1);
  }
  [[gnu::always_inline]] [[nodiscard]] inline const std::uint8_t* operator[](std::size_t block) const noexcept {
    if (block < 2) return first_ + 1 + block * kHintBlock;
    return block < last_ ? from_ + (block - 1) * kHintBlock : end_ + 1;
  }

 private:
  const std::uint8_t* from_;
  std::size_t last_;  // the block that is not whole
  std::uint8_t first_[1 + 2 * kHintBlock] = {}, end_[1 + kHintBlock] = {};
};

}  // namespace

void find_hints_in_text_avx2(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  const std::size_t blocks = 1 + (length + kHintBlock - 1) / kHintBlock;
  const ChunkBlocks bytes(from, length, before);
  ChunkMasks masks;
  masks.clear_edges(blocks);
  const HalfLookUp firsts(load(kHalfPairs.first.low), load(kHalfPairs.first.high));
  const HalfLookUp seconds(load(kHalfPairs.second.low), load(kHalfPairs.second.high));
  masks.put(0, bytes[0], firsts, seconds);
  masks.put(1, bytes[1], firsts, seconds);
  std::size_t block = 2;
  for (; block * kHintBlock <= length; ++block) masks.put(block, from + (block - 1) * kHintBlock, firsts, seconds);
  if (block < blocks) masks.put(block, bytes[block], firsts, seconds);
  // Runs among so many other bytes are rare.
  if (may_have_run(masks, blocks)) return find_hints_avx2(from, length, before, hints);

  Words ends;
  find_ends(masks, blocks, ends);
  std::uint64_t kept[kMostBlocks];
  for (std::size_t i = 0; i < blocks; ++i)
    kept[i] = masks.tag[i] | (masks.nul[i] & masks.nul.later<2>(i)) | (masks.pair[i] & lane::six_before(ends[i], ends[i + 1]));
  kept[0] = 0;
  static_assert(kLongestEscape <= kHintBlock);
  kept[blocks - 2] = kept[blocks - 1] = ~std::uint64_t{0};

  // Listed before they are gone through: a branch for each would be guessed wrong with each that has something.
  std::uint8_t numbers[kMostBlocks];
  std::size_t count = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    numbers[count] = static_cast<std::uint8_t>(i);
    count += kept[i] != 0 ? 1 : 0;
  }
  hints.escape_count = hints.run_count = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t number = numbers[i], at = (number - 1) * kHintBlock, left = length - at;
    const std::uint64_t ours = left >= kHintBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    write_escapes(Avx2Classifier::classify(bytes[number]).pair & kept[number] & ours, at, hints);
  }
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

void find_hints_in_text_avx2(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  find_hints_scalar(from, length, before, hints);
}

}  // namespace bulkhead::reading

#endif
