#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "lane/anchors.hpp"
#include "lane/find_events.hpp"
#include "lane/words_avx512.hpp"

namespace bulkhead::lane {
namespace {

// Included by files compiled for AVX-512 alone; what is here stays theirs.

/// The sets of every byte below 0x80: one permutation of two vectors looks 64 bytes up.
struct AsciiTable {
  alignas(64) std::uint8_t sets[128];
};
consteval AsciiTable ascii_table(const HalfByteTables& halves) {
  AsciiTable table{};
  for (std::size_t byte = 0; byte < 128; ++byte) table.sets[byte] = halves.sets_of(static_cast<std::uint8_t>(byte));
  return table;
}
constexpr AsciiTable kByteTable = ascii_table(kByteSets);
constexpr AsciiTable kAnchorTable[3] = {ascii_table(kAnchorTables[0]), ascii_table(kAnchorTables[1]),
                                        ascii_table(kAnchorTables[2])};
constexpr AsciiTable kTokenTable[3] = {ascii_table(kTokenTables[0]), ascii_table(kTokenTables[1]),
                                       ascii_table(kTokenTables[2])};
/// Of the first two banks at once: what is in a set of either. Three bytes that share one need not be an anchor of either, but
/// nearly all blocks of text have none.
consteval AsciiTable either(const AsciiTable& a, const AsciiTable& b) {
  AsciiTable table{};
  for (std::size_t byte = 0; byte < 128; ++byte) table.sets[byte] = a.sets[byte] | b.sets[byte];
  return table;
}
constexpr AsciiTable kEitherTable[3] = {either(kAnchorTable[0], kTokenTable[0]), either(kAnchorTable[1], kTokenTable[1]),
                                        either(kAnchorTable[2], kTokenTable[2])};
constexpr AsciiTable kNameTable[3] = {ascii_table(kNameTables[0]), ascii_table(kNameTables[1]),
                                      ascii_table(kNameTables[2])};

struct Ascending {
  alignas(64) std::uint8_t bytes[kBlock];
};
consteval Ascending make_ascending() {
  Ascending ascending{};
  for (std::size_t i = 0; i < kBlock; ++i) ascending.bytes[i] = static_cast<std::uint8_t>(i);
  return ascending;
}
constexpr Ascending kAscending = make_ascending();

/// The block before the chunk, the chunk, and what fills the last vector.
constexpr std::size_t kMaskWords = (1 + kChunk / kBlock + kWords - 1) / kWords * kWords;

/// BlockMasks of a whole chunk, sorted by set: the chains of eight blocks are then followed at once.
struct ChunkMasks {
  alignas(64) std::uint64_t digit[kMaskWords];
  alignas(64) std::uint64_t separator[kMaskWords];
  alignas(64) std::uint64_t opening[kMaskWords];
  alignas(64) std::uint64_t point[kMaskWords];
  alignas(64) std::uint64_t letter[kMaskWords];  ///< only where short runs are looked for
  alignas(64) std::uint64_t number[kMaskWords];  ///< events of digits: see follow_chains

  template <Finds Wanted>
  [[gnu::always_inline]] inline void put(std::size_t block, const BlockMasks& of) noexcept {
    if constexpr (has_short_runs(Wanted)) letter[block] = of.letter;
    digit[block] = of.digit;
    separator[block] = of.separator;
    opening[block] = of.opening;
    point[block] = of.point;
  }
  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t events(std::size_t block) const noexcept {
    return point[block] | number[block];
  }
};

[[gnu::always_inline]] inline std::uint64_t mask(__m512i sets, std::uint8_t which) noexcept {
  return _mm512_test_epi8_mask(sets, _mm512_set1_epi8(static_cast<char>(which)));
}

/// The sets of each byte without its top bit, which the permutation overlooks.
[[gnu::always_inline]] inline __m512i likely_sets(const AsciiTable& table, __m512i bytes) noexcept {
  return _mm512_permutex2var_epi8(_mm512_load_si512(table.sets), bytes, _mm512_load_si512(table.sets + kBlock));
}
/// The sets of each byte; none for those above 0x7f.
[[gnu::always_inline]] inline __m512i sets(const AsciiTable& table, __m512i bytes) noexcept {
  // The top bits are taken by another port of the processor than the one for permutations.
  return _mm512_maskz_permutex2var_epi8(~_mm512_movepi8_mask(bytes), _mm512_load_si512(table.sets), bytes,
                                        _mm512_load_si512(table.sets + kBlock));
}

/// A block's bytes, and the same one and two bytes earlier.
struct Block {
  __m512i here, before, second_before;

  [[gnu::always_inline]] static inline Block whole(const std::uint8_t* at) noexcept {
    return {_mm512_loadu_si512(at), _mm512_loadu_si512(at - 1), _mm512_loadu_si512(at - 2)};
  }
  /// What is behind the first `size` bytes may not be ours to read: such bytes are taken for zeros.
  [[gnu::always_inline]] static inline Block part(const std::uint8_t* at, std::size_t size) noexcept {
    const __mmask64 ours = (std::uint64_t{1} << size) - 1;
    return {_mm512_maskz_loadu_epi8(ours, at), _mm512_maskz_loadu_epi8(ours << 1 | 1, at - 1),
            _mm512_maskz_loadu_epi8(ours << 2 | 3, at - 2)};
  }
};

/// A chunk and the block before it, which counts for its history alone.
struct Chunk {
  const std::uint8_t* front;  ///< of the block before
  std::size_t whole;          ///< blocks, with the one before
  std::size_t left;           ///< bytes behind them

  [[gnu::always_inline]] [[nodiscard]] inline std::size_t blocks() const noexcept { return whole + (left != 0 ? 1 : 0); }
  /// The bits of the bytes behind the whole blocks.
  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t ours() const noexcept { return (std::uint64_t{1} << left) - 1; }
  [[gnu::always_inline]] [[nodiscard]] inline Block block(std::size_t number) const noexcept {
    const std::uint8_t* const at = front + number * kBlock;
    return number < whole ? Block::whole(at) : Block::part(at, left);
  }
};

[[gnu::always_inline]] inline __m512i all_three_likely(const AsciiTable (&tables)[3], const Block& block) noexcept {
  constexpr int kAllThree = 0x80;  // a & b & c
  return _mm512_ternarylogic_epi64(likely_sets(tables[2], block.here), likely_sets(tables[1], block.before),
                                   likely_sets(tables[0], block.second_before), kAllThree);
}

[[gnu::always_inline]] inline __m512i all_three(const AsciiTable (&tables)[3], const Block& block) noexcept {
  constexpr int kAllThree = 0x80;  // a & b & c
  return _mm512_ternarylogic_epi64(sets(tables[2], block.here), sets(tables[1], block.before),
                                   sets(tables[0], block.second_before), kAllThree);
}

/// How sure a point is: an anchor is one, or a byte that shares a set of kEitherTable with the two before it, but for top bits.
enum class Points : bool { exact, likely };

/// Not zero where an anchor ends.
template <Finds Wanted, Points Sure>
[[gnu::always_inline]] inline __m512i anchors(const Block& block) noexcept {
  const __m512i secrets = Sure == Points::exact
                              ? _mm512_or_si512(all_three(kAnchorTable, block), all_three(kTokenTable, block))
                              : all_three_likely(kEitherTable, block);
  if constexpr (has_names(Wanted)) return _mm512_or_si512(secrets, all_three(kNameTable, block));
  return secrets;
}

template <Finds Wanted, Points Sure = Points::exact>
[[gnu::always_inline]] inline BlockMasks classify(const Block& block) noexcept {
  constexpr int kFirstOrBoth = 0xf8;  // a | (b & c)
  static_assert(kSetDigit == 0x80, "the top bit");
  const __m512i byte_sets = sets(kByteTable, block.here);
  const __m512i ends = anchors<Wanted, Sure>(block);
  const __m512i point = _mm512_ternarylogic_epi64(ends, byte_sets, _mm512_set1_epi8(kSetAt), kFirstOrBoth);
  return {_mm512_movepi8_mask(byte_sets), mask(byte_sets, kSetSeparator), mask(byte_sets, kSetOpening),
          _mm512_test_epi8_mask(point, point), has_short_runs(Wanted) ? mask(byte_sets, kSetLetter) : 0};
}

/// For find_loop, and for blocks that may be read whole.
template <Finds Wanted>
struct Avx512Classifier {
  static constexpr Finds kWanted = Wanted;
  [[gnu::always_inline]] static inline BlockMasks classify(const std::uint8_t* bytes) noexcept {
    const Block block = Block::whole(bytes);
    const BlockMasks masks = lane::classify<Wanted, Points::likely>(block);
    return masks.point == 0 ? masks : lane::classify<Wanted>(block);
  }
};

/// What find_loop works out for one block after the other but the points, in `masks.number`.
template <Finds Wanted>
[[gnu::always_inline]] inline void follow_chains(ChunkMasks& masks, std::size_t blocks) noexcept {
  constexpr int kFirstOrBoth = 0xf8;        // a | (b & c)
  constexpr int kAllThree = 0x80;           // a & b & c
  constexpr int kFirstAndNotSecond = 0x30;  // a & ~b
  constexpr int kFirstOrSecondAndNotThird = 0xf4;  // a | (b & ~c)
  // Only `now` carries over from one vector to the next; in front of the first there is nothing.
  EightWords digit, chain, chain2, chain4, run2, run6, number, opening;
  for (std::size_t i = 0; i < blocks; i += kWords) {
    digit.next(_mm512_load_si512(masks.digit + i));
    opening.next(_mm512_load_si512(masks.opening + i));
    const __m512i digit1 = digit.shifted<1>();
    const __m512i separator = _mm512_load_si512(masks.separator + i);
    chain.next(_mm512_ternarylogic_epi64(digit.now, separator, digit1, kFirstOrBoth));
    chain2.next(_mm512_and_si512(chain.now, chain.shifted<1>()));
    chain4.next(_mm512_and_si512(chain2.now, chain2.shifted<2>()));
    run2.next(_mm512_and_si512(digit.now, digit1));
    const __m512i third = _mm512_and_si512(run2.now, digit.shifted<2>());
    const __m512i ninth = _mm512_ternarylogic_epi64(chain4.now, chain4.shifted<4>(), chain.shifted<8>(), kAllThree);
    number.next(_mm512_and_si512(third, ninth));
    __m512i behind = number.shifted<1>();
    if constexpr (has_short_runs(Wanted)) {
      run6.next(_mm512_ternarylogic_epi64(run2.now, run2.shifted<2>(), run2.shifted<4>(), kAllThree));
      behind = _mm512_ternarylogic_epi64(behind, run6.shifted<1>(), _mm512_load_si512(masks.letter + i), kFirstOrSecondAndNotThird);
    }
    const __m512i number_end = _mm512_ternarylogic_epi64(behind, digit.now, digit.now, kFirstAndNotSecond);
    const __m512i phone = _mm512_and_si512(digit.now, opening.shifted<1>());
    _mm512_store_si512(masks.number + i, _mm512_or_si512(number_end, phone));
  }
}

/// All events of a block at once: their places within it are moved together, then widened.
[[gnu::always_inline]] inline std::size_t write(std::uint64_t events, std::size_t at,
                                                std::uint16_t* positions) noexcept {
  constexpr std::size_t kFew = 16;
  const __m512i places = _mm512_maskz_compress_epi8(events, _mm512_load_si512(kAscending.bytes));
  const auto base = static_cast<short>(at);
  const __m256i few = _mm256_add_epi16(_mm256_cvtepu8_epi16(_mm512_castsi512_si128(places)), _mm256_set1_epi16(base));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(positions), few);
  const auto count = static_cast<std::size_t>(_mm_popcnt_u64(events));
  if (count > kFew) [[unlikely]] {
    const auto all = [&](__m256i half) { return _mm512_add_epi16(_mm512_cvtepu8_epi16(half), _mm512_set1_epi16(base)); };
    _mm512_storeu_si512(positions, all(_mm512_castsi512_si256(places)));
    _mm512_storeu_si512(positions + kBlock / 2, all(_mm512_extracti64x4_epi64(places, 1)));
  }
  return count;
}

}  // namespace
}  // namespace bulkhead::lane
