// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/sift.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include <array>
#include <cstring>

#include "lane/find_events.hpp"

namespace bulkhead::lane {
namespace {

/// kLengthsByStart by the low halves of two bytes as one instruction takes them out of both at once: the first is the lower one.
consteval std::array<std::uint32_t, 256> make_starts() {
  std::array<std::uint32_t, 256> starts{};
  for (unsigned first = 0; first < 16; ++first)
    for (unsigned second = 0; second < 16; ++second)
      starts[second << 4 | first] =
          detect::internal::kLengthsByStart[detect::internal::start_slot(static_cast<std::uint8_t>(first),
                                                                          static_cast<std::uint8_t>(second))];
  return starts;
}
constexpr std::array<std::uint32_t, 256> kStarts = make_starts();

/// Events that fill a vector, and those that are looked at one by one before all are judged at once.
constexpr std::size_t kLanes = 16;
constexpr std::size_t kBatch = 4 * kLanes;

/// What has to be fetched for each event by itself.
struct Fetched {
  alignas(64) std::uint32_t digits[kBatch];   ///< as digits_before gives them
  alignas(64) std::uint32_t lengths[kBatch];  ///< kStarts of the group that ends here
  alignas(64) std::uint16_t around[kBatch];   ///< the byte there, and in its low half the one before
  /// How many digits form that group. Of none, any number: such an event is no number.
  alignas(64) std::uint8_t last[kBatch];
  alignas(64) std::uint32_t front[kBatch];  ///< two bytes before it, and its first two

  [[gnu::always_inline]] inline void put(std::size_t i, const std::uint8_t* at, std::uint32_t of) noexcept {
    digits[i] = of;
    const std::uint32_t size = _lzcnt_u32(~of & 0x7fff'ffffU);  // at least one, so that nothing behind the event is read
    last[i] = static_cast<std::uint8_t>(size);
    std::memcpy(front + i, at - size - 2, sizeof *front);
    lengths[i] = kStarts[_pext_u32(front[i], 0x0f0f'0000)];
    std::memcpy(around + i, at - 1, sizeof *around);
  }
};

[[gnu::always_inline]] inline __m256i load(const std::uint8_t* p) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
/// The values of the 32 bytes before each of two events, as far as they are digits.
[[gnu::always_inline]] inline __m512i values_before(const std::uint8_t* a, const std::uint8_t* b) noexcept {
  const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(load(a - 32)), load(b - 32), 1);
  return _mm512_sub_epi8(both, _mm512_set1_epi8('0'));
}

[[gnu::always_inline]] inline void fetch(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                         Fetched& fetched) noexcept {
  // Two events share a vector. Of an odd number the last one comes twice.
  for (std::size_t i = 0; i < count; i += 2) {
    const std::uint8_t* const a = from + positions[i];
    const std::uint8_t* const b = i + 1 < count ? from + positions[i + 1] : a;
    const std::uint64_t digits = _mm512_cmple_epu8_mask(values_before(a, b), _mm512_set1_epi8(9));
    fetched.put(i, a, static_cast<std::uint32_t>(digits));
    fetched.put(i + 1, b, static_cast<std::uint32_t>(digits >> 32));
  }
}

/// Which of kLanes events end groups of digits that a wanted datum is written in.
[[gnu::always_inline]] inline __mmask16 grouped(__m512i digits, std::uint32_t wanted) noexcept {
  __mmask16 any = 0;
#pragma GCC unroll 8
  for (std::size_t i = 0; i < detect::kGroupedShapes.size(); ++i) {
    const detect::GroupedShape& shape = detect::kGroupedShapes[i];
    if (shape.wanted_by == detect::kNeverWanted || (wanted >> i & 1U) == 0) continue;
    const __m512i under = _mm512_and_si512(digits, _mm512_set1_epi32(static_cast<int>(shape.under)));
    any |= _mm512_cmpeq_epi32_mask(under, _mm512_set1_epi32(static_cast<int>(shape.digits)));
  }
  return any;
}

/// Which of them are an '@' behind a byte that neither an address nor a password has there: see may_precede_at.
[[gnu::always_inline]] inline __mmask16 bare(__mmask16 addresses, __m256i before) noexcept {
  const __m256i above = _mm256_sub_epi16(before, _mm256_set1_epi16('!'));
  return addresses &
         (_mm256_cmpgt_epu16_mask(above, _mm256_set1_epi16('~' - '!')) | _mm256_cmpeq_epi16_mask(before, _mm256_set1_epi16('"')) |
          _mm256_cmpeq_epi16_mask(before, _mm256_set1_epi16('\'')) | _mm256_cmpeq_epi16_mask(before, _mm256_set1_epi16('/')));
}

/// Asked for no numbers.
struct NoList {
  [[gnu::always_inline]] inline void add(__mmask16, __m256i, __m256i, __m128i, const std::uint32_t*) noexcept {}
};

/// One byte of sets for each byte; what is no ASCII has those of 0xff.
struct SetTable {
  __m512i low, high;
  __m128i other;

  [[gnu::always_inline]] explicit inline SetTable(const std::array<std::uint8_t, 256>& table) noexcept
      : low(_mm512_loadu_si512(&table[0])), high(_mm512_loadu_si512(&table[64])),
        other(_mm_set1_epi8(static_cast<char>(table[0xff]))) {}
  [[gnu::always_inline]] [[nodiscard]] inline __m128i of(__m128i bytes) const noexcept {
    const __m128i ascii = _mm512_castsi512_si128(_mm512_permutex2var_epi8(low, _mm512_zextsi128_si512(bytes), high));
    return _mm_mask_blend_epi8(_mm_movepi8_mask(bytes), ascii, other);
  }
};
static_assert(detect::identity::kSurroundedBefore[0x80] == detect::identity::kSurroundedBefore[0xff]);
static_assert(detect::identity::kSurroundedBehind[0x80] == detect::identity::kSurroundedBehind[0xff]);

/// Numbers by their length and their neighbours.
class NumberList {
 public:
  [[gnu::always_inline]] inline NumberList(const detect::identity::NumberEnds& ends, std::uint16_t* numbers) noexcept
      : numbers_(numbers), by_length_(load(&ends.by_length[0])), ungrouped_(load(&ends.ungrouped[0])),
        before_(detect::identity::kSurroundedBefore), behind_(detect::identity::kSurroundedBehind) {}
  [[gnu::always_inline]] inline void add(__mmask16 there, __m256i places, __m256i at, __m128i last,
                                         const std::uint32_t* front) noexcept {
    const __m512i fronts = _mm512_load_si512(front);
    const __m128i before = _mm512_cvtepi32_epi8(_mm512_srli_epi32(fronts, 8));
    const __m128i second = _mm512_cvtepi32_epi8(fronts);
    // Of 32 digits as of none: no number is that long.
    const __m256i size = _mm256_zextsi128_si256(last);
    const __m128i lengths = _mm256_castsi256_si128(_mm256_permutexvar_epi8(size, by_length_));
    const __m128i ungrouped = _mm256_castsi256_si128(_mm256_permutexvar_epi8(size, ungrouped_));
    const __m128i ways = _mm_mask_blend_epi8(within(second, '0', 9), ungrouped, lengths) & before_.of(before) &
                         behind_.of(_mm256_cvtepi16_epi8(at));
    // As starts_clean has it (detect/boundary.hpp).
    const unsigned joined = _mm_cmpeq_epi8_mask(before, _mm_set1_epi8('+')) | unsigned{within(before, '-', '/' - '-')};
    const unsigned alnum = within(second, '0', 9) | unsigned{within(_mm_or_si128(second, _mm_set1_epi8(0x20)), 'a', 'z' - 'a')};
    constexpr std::uint8_t kClean = detect::identity::kAloneWithin | detect::identity::kFirstGroup;
    const unsigned clean = _mm_test_epi8_mask(ways, _mm_set1_epi8(kClean)) & ~(joined & alnum);
    const auto listed = static_cast<__mmask16>(there & (clean | _mm_test_epi8_mask(ways, _mm_set1_epi8(static_cast<char>(~kClean)))));
    _mm256_mask_storeu_epi16(numbers_ + count_, there, _mm256_maskz_compress_epi16(listed, places));
    count_ += static_cast<std::size_t>(_mm_popcnt_u32(listed));
  }
  [[gnu::always_inline]] [[nodiscard]] inline std::size_t count() const noexcept { return count_; }

 private:
  [[gnu::always_inline]] static inline __mmask16 within(__m128i bytes, char first, std::uint8_t size) noexcept {
    return _mm_cmple_epu8_mask(_mm_sub_epi8(bytes, _mm_set1_epi8(first)), _mm_set1_epi8(static_cast<char>(size)));
  }

  std::uint16_t* numbers_;
  std::size_t count_ = 0;
  __m256i by_length_, ungrouped_;
  SetTable before_, behind_;
};

/// Events that are left, and of how many digits each the check digit has the last word; 0 for those that have none.
struct Kept {
  std::uint16_t* positions;
  std::uint8_t* luhn;
  std::size_t count;

  /// Judges the `count` events from positions[i] on, of which `fetched` holds what is at `j` and behind.
  template <class List>
  [[gnu::always_inline]] inline void add(const Fetched& fetched, std::size_t i, std::size_t j, std::size_t number,
                                         detect::NumbersWanted wanted, List& list) noexcept {
    const __mmask16 there = static_cast<__mmask16>(_bzhi_u32(0xffff, static_cast<unsigned>(number)));
    const __m512i digits = _mm512_load_si512(fetched.digits + j);
    const __m256i around = _mm256_load_si256(reinterpret_cast<const __m256i*>(fetched.around + j));
    const __m128i last = _mm_load_si128(reinterpret_cast<const __m128i*>(fetched.last + j));
    const __m256i at = _mm256_srli_epi16(around, 8);
    const __mmask16 address = _mm256_cmpeq_epi16_mask(at, _mm256_set1_epi16('@'));
    const __mmask16 on_digit = _mm256_cmple_epu16_mask(_mm256_sub_epi16(at, _mm256_set1_epi16('0')), _mm256_set1_epi16(9));
    const __mmask16 behind_digits = _mm512_cmpge_epu32_mask(digits, _mm512_set1_epi32(static_cast<int>(0xc000'0000)));
    const __mmask16 other = static_cast<__mmask16>(~behind_digits) | address | on_digit;
    const __m512i lengths = _mm512_srlv_epi32(_mm512_load_si512(fetched.lengths + j) & _mm512_set1_epi32(static_cast<int>(wanted.lengths)),
                                              _mm512_cvtepu8_epi32(last));
    const __mmask16 possible = _mm512_test_epi32_mask(lengths, _mm512_set1_epi32(1));
    const __mmask16 shaped = grouped(digits, wanted.shapes);
    const __mmask16 sure = shaped | other | _mm_cmplt_epu8_mask(last, _mm_set1_epi8(detect::kMinCardDigits));
    const __mmask16 kept =
        (possible | shaped | other) & there & static_cast<__mmask16>(~bare(address, _mm256_and_si256(around, _mm256_set1_epi16(0xff))));
    // In place: what is written over was read before.
    const __m256i places = _mm256_maskz_loadu_epi16(there, positions + i);
    list.add(there, places, at, last, fetched.front + j);
    _mm256_mask_storeu_epi16(positions + count, there, _mm256_maskz_compress_epi16(kept, places));
    const __m128i checked = _mm_maskz_mov_epi8(static_cast<__mmask16>(~sure), last);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(luhn + count), _mm_maskz_compress_epi8(kept, checked));
    count += static_cast<std::size_t>(_mm_popcnt_u32(kept));
  }
};

/// Whether the check digits of two numbers are right; those of no digits are.
[[gnu::always_inline]] inline void luhn_of_two(const std::uint8_t* a, const std::uint8_t* b, unsigned digits_a,
                                               unsigned digits_b, bool& right_a, bool& right_b) noexcept {
  const __m512i twice = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 0, 0, 0, 0, 0, 0));
  constexpr __mmask64 kEverySecond = 0x5555555555555555;  // the last digit of all, an odd byte, counts once
  const __m512i values = values_before(a, b);
  const std::uint64_t of_a = ~(0xffff'ffffULL >> digits_a) & 0xffff'ffffULL;
  const std::uint64_t of_b = ~(~0ULL >> digits_b) & 0xffff'ffff'0000'0000ULL;
  const __m512i weighed =
      _mm512_maskz_mov_epi8(of_a | of_b, _mm512_mask_shuffle_epi8(values, kEverySecond, twice, values));
  const __m512i sums = _mm512_sad_epu8(weighed, _mm512_setzero_si512());
  const __m512i halves = _mm512_add_epi64(sums, _mm512_permutex_epi64(sums, 0b01'00'11'10));
  const __m512i wholes = _mm512_add_epi64(halves, _mm512_shuffle_epi32(halves, _MM_PERM_BADC));
  right_a = static_cast<std::uint32_t>(_mm512_cvtsi512_si32(wholes)) % 10 == 0;
  right_b = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm512_extracti32x4_epi32(wholes, 2))) % 10 == 0;
}

// In passes: most numbers go by what they begin with, and only for the others are digits added up.
template <class List>
[[gnu::always_inline]] inline std::size_t sift(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                                               detect::NumbersWanted wanted, List& list) noexcept {
  std::uint8_t luhn[kMaxEvents + kLanes];
  Kept kept{positions, luhn, 0};
  Fetched fetched;
  std::size_t i;
  for (std::size_t batch = 0; batch < count; batch += kBatch) {
    const std::size_t size = count - batch < kBatch ? count - batch : kBatch;
    fetch(from, positions + batch, size, fetched);
    for (i = 0; i < size; i += kLanes) kept.add(fetched, batch + i, i, size - i < kLanes ? size - i : kLanes, wanted, list);
  }

  std::size_t left = 0;
  bool right_a = false;
  bool right_b = false;
  for (i = 0; i + 2 <= kept.count; i += 2) {
    const std::uint16_t first = positions[i];
    const std::uint16_t second = positions[i + 1];
    luhn_of_two(from + first, from + second, luhn[i], luhn[i + 1], right_a, right_b);
    positions[left] = first;
    left += static_cast<std::size_t>(right_a);
    positions[left] = second;
    left += static_cast<std::size_t>(right_b);
  }
  if (i < kept.count) {
    const std::uint16_t last = positions[i];
    luhn_of_two(from + last, from + last, luhn[i], 0, right_a, right_b);
    positions[left] = last;
    left += static_cast<std::size_t>(right_a);
  }
  return left;
}

}  // namespace

std::size_t sift_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept {
  NoList none;
  return sift(from, positions, count, wanted, none);
}

std::size_t sift_listing_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                                detect::NumbersWanted wanted, const detect::identity::NumberEnds& ends,
                                std::uint16_t* numbers, std::size_t& listed) noexcept {
  NumberList list(ends, numbers);
  const std::size_t left = sift(from, positions, count, wanted, list);
  listed = list.count();
  return left;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t sift_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept {
  return sift_scalar(from, positions, count, wanted);
}

std::size_t sift_listing_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                                detect::NumbersWanted wanted, const detect::identity::NumberEnds&,
                                std::uint16_t* numbers, std::size_t& listed) noexcept {
  listed = count;
  for (std::size_t i = 0; i < count; ++i) numbers[i] = positions[i];
  return sift_scalar(from, positions, count, wanted);
}

}  // namespace bulkhead::lane

#endif
