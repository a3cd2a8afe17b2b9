// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/find_events.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/anchors.hpp"
#include "lane/find_loop.hpp"

namespace bulkhead::lane {
namespace {

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

/// Blocks whose masks fill one vector.
constexpr std::size_t kWords = 8;
/// The block before the chunk, the chunk, and what fills the last vector.
constexpr std::size_t kMaskWords = (1 + kChunk / kBlock + kWords - 1) / kWords * kWords;

/// BlockMasks of a whole chunk, sorted by set: the chains of eight blocks are then followed at once.
struct ChunkMasks {
  alignas(64) std::uint64_t digit[kMaskWords];
  alignas(64) std::uint64_t separator[kMaskWords];
  alignas(64) std::uint64_t opening[kMaskWords];
  alignas(64) std::uint64_t point[kMaskWords];

  [[gnu::always_inline]] inline void put(std::size_t block, const BlockMasks& of) noexcept {
    digit[block] = of.digit;
    separator[block] = of.separator;
    opening[block] = of.opening;
    point[block] = of.point;
  }
};

/// The sets of each byte; none for those above 0x7f, whose top bit the permutation would overlook.
[[gnu::always_inline]] inline __m512i sets(const AsciiTable& table, __m512i bytes) noexcept {
  const __mmask64 ascii = _mm512_testn_epi8_mask(bytes, _mm512_set1_epi8(static_cast<char>(0x80)));
  return _mm512_maskz_permutex2var_epi8(ascii, _mm512_load_si512(table.sets), bytes,
                                        _mm512_load_si512(table.sets + kBlock));
}

[[gnu::always_inline]] inline std::uint64_t mask(__m512i sets, std::uint8_t which) noexcept {
  return _mm512_test_epi8_mask(sets, _mm512_set1_epi8(static_cast<char>(which)));
}

/// `here` are a block's bytes, `before` and `second_before` the same one and two bytes earlier.
template <Anchors Wanted>
[[gnu::always_inline]] inline BlockMasks classify(__m512i here, __m512i before, __m512i second_before) noexcept {
  constexpr int kAllThree = 0x80;     // a & b & c
  constexpr int kFirstOrBoth = 0xf8;  // a | (b & c)
  const __m512i byte_sets = sets(kByteTable, here);
  const auto all_three = [&](const AsciiTable(&tables)[3]) __attribute__((always_inline)) {
    return _mm512_ternarylogic_epi64(sets(tables[2], here), sets(tables[1], before), sets(tables[0], second_before),
                                     kAllThree);
  };
  __m512i anchors = _mm512_or_si512(all_three(kAnchorTable), all_three(kTokenTable));
  if constexpr (Wanted == Anchors::names_too) anchors = _mm512_or_si512(anchors, all_three(kNameTable));
  const __m512i point = _mm512_ternarylogic_epi64(anchors, byte_sets,
                                                  _mm512_set1_epi8(kSetAt), kFirstOrBoth);
  return {mask(byte_sets, kSetDigit), mask(byte_sets, kSetSeparator), mask(byte_sets, kSetOpening),
          _mm512_test_epi8_mask(point, point)};
}

/// For find_loop.
template <Anchors Wanted>
struct Avx512Classifier {
  [[gnu::always_inline]] static inline BlockMasks classify(const std::uint8_t* bytes) noexcept {
    return lane::classify<Wanted>(_mm512_loadu_si512(bytes), _mm512_loadu_si512(bytes - 1), _mm512_loadu_si512(bytes - 2));
  }
};
/// Below this, blocks are taken one by one: masks that were stored as words and are loaded as vectors at once stall
/// the processor for longer than the chains of few blocks take.
constexpr std::size_t kVectorFrom = 8 * kBlock;

/// The masks of eight blocks and, to shift bits in from, those of the blocks one earlier.
struct Eight {
  __m512i now, before;

  template <int Count>
  [[gnu::always_inline]] [[nodiscard]] inline __m512i shifted() const noexcept {
    return _mm512_shldi_epi64(now, before, Count);
  }
  [[gnu::always_inline]] inline void next(__m512i following) noexcept {
    before = _mm512_alignr_epi64(following, now, kWords - 1);
    now = following;
  }
};

/// What find_loop works out for one block after the other; the events take the place of the points.
[[gnu::always_inline]] inline void follow_chains(ChunkMasks& masks, std::size_t blocks) noexcept {
  constexpr int kFirstOrBoth = 0xf8;        // a | (b & c)
  constexpr int kAllThree = 0x80;           // a & b & c
  constexpr int kFirstAndNotSecond = 0x30;  // a & ~b
  constexpr int kAnyOfThree = 0xfe;         // a | b | c
  const __m512i none = _mm512_setzero_si512();
  // Only `now` carries over from one vector to the next; in front of the first there is nothing.
  Eight digit{none, none}, chain{none, none}, chain2{none, none}, chain4{none, none}, run2{none, none},
      number{none, none}, opening{none, none};
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
    const __m512i run6 = _mm512_ternarylogic_epi64(run2.now, run2.shifted<2>(), run2.shifted<4>(), kAllThree);
    number.next(_mm512_ternarylogic_epi64(run6, third, ninth, kFirstOrBoth));
    const __m512i number_end =
        _mm512_ternarylogic_epi64(number.shifted<1>(), digit.now, digit.now, kFirstAndNotSecond);
    const __m512i phone = _mm512_and_si512(digit.now, opening.shifted<1>());
    _mm512_store_si512(masks.point + i, _mm512_ternarylogic_epi64(_mm512_load_si512(masks.point + i), number_end,
                                                                  phone, kAnyOfThree));
  }
}

/// All events of a block at once: their places within it are moved together, then widened.
[[gnu::always_inline]] inline std::size_t write(std::uint64_t events, std::size_t at,
                                                std::uint16_t* positions) noexcept {
  const __m512i places = _mm512_maskz_compress_epi8(events, _mm512_load_si512(kAscending.bytes));
  const __m512i base = _mm512_set1_epi16(static_cast<short>(at));
  _mm512_storeu_si512(positions, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(places)), base));
  const auto count = static_cast<std::size_t>(_mm_popcnt_u64(events));
  if (count > kBlock / 2) [[unlikely]] {
    const __m256i rest = _mm512_extracti64x4_epi64(places, 1);
    _mm512_storeu_si512(positions + kBlock / 2, _mm512_add_epi16(_mm512_cvtepu8_epi16(rest), base));
  }
  return count;
}

}  // namespace

template <Anchors Wanted>
std::size_t find_events_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  if (length < kVectorFrom) return find_loop<Avx512Classifier<Wanted>>(from, length, positions);
  ChunkMasks masks;
  std::size_t blocks = 0;
  // The block before the chunk comes first, only for its history.
  for (const std::uint8_t* block = from - kBlock; blocks * kBlock <= length; block += kBlock)
    masks.put(blocks++, Avx512Classifier<Wanted>::classify(block));
  const std::size_t left = length % kBlock;
  if (left != 0) {
    // What follows the chunk may not be ours to read: such bytes are taken for zeros.
    const std::uint8_t* const block = from + length - left;
    const __mmask64 ours = (std::uint64_t{1} << left) - 1;
    masks.put(blocks++, classify<Wanted>(_mm512_maskz_loadu_epi8(ours, block),  //
                                 _mm512_maskz_loadu_epi8(ours << 1 | 1, block - 1),
                                 _mm512_maskz_loadu_epi8(ours << 2 | 3, block - 2)));
  }
  follow_chains(masks, blocks);

  std::size_t count = 0;
  std::size_t block = 1;
  for (; block * kBlock <= length; ++block) count += write(masks.point[block], (block - 1) * kBlock, positions + count);
  if (left != 0)
    count += write(_bzhi_u64(masks.point[block], static_cast<unsigned>(left)), (block - 1) * kBlock, positions + count);
  return count;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

template <Anchors Wanted>
std::size_t find_events_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_events_scalar<Wanted>(from, length, positions);
}

}  // namespace bulkhead::lane

#endif

namespace bulkhead::lane {

template std::size_t find_events_avx512<Anchors::secrets>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx512<Anchors::names_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;

}  // namespace bulkhead::lane
