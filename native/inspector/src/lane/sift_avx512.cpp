// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/sift.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/find_events.hpp"

namespace bulkhead::lane {
namespace {

/// Two events share a vector: the 32 bytes before the first are its low half, those before the second its high half.
struct Shapes {
  alignas(64) std::uint32_t digits[16], under[16];
};
consteval Shapes make_shapes() {
  Shapes shapes{};
  for (std::size_t i = 0; i < 16; ++i) {
    shapes.digits[i] = detect::kGroupedShapes[i % 8].digits;
    shapes.under[i] = detect::kGroupedShapes[i % 8].under;
  }
  return shapes;
}
constexpr Shapes kShapes = make_shapes();

constexpr std::array<std::uint32_t, 256> kStarts = detect::internal::kLengthsByStart;

/// What one event is, by its digits: `digits` as digits_before gives them, `last` how many of them form the group that
/// ends here.
struct Candidate {
  bool kept;
  std::uint8_t luhn;  ///< digits whose check digit has the last word; 0 when it has none
};
[[gnu::always_inline]] inline Candidate candidate(const std::uint8_t* at, std::uint32_t digits, std::uint32_t last,
                                                  bool grouped, detect::NumbersWanted wanted) noexcept {
  // Of groups shorter than two digits it are bytes that mean nothing: no such length is wanted.
  const std::uint8_t* const start = at - (last > 2 ? last : 2);
  const std::uint32_t lengths = kStarts[(start[0] & 15U) << 4 | (start[1] & 15U)] & wanted.lengths;
  const bool possible = (static_cast<std::uint64_t>(lengths) >> last & 1U) != 0;
  const bool address = *at == '@';
  const bool other = (digits >> 30 != 3) | address | (static_cast<std::uint8_t>(*at - '0') <= 9);
  const bool bare = address & !may_precede_at(at[-1]);
  const bool sure = grouped | other | (last < detect::kMinCardDigits);
  const bool kept = (possible | grouped | other) & !bare;
  // By a mask: the compiler would branch on a choice, and guess wrong every third time.
  return {kept, static_cast<std::uint8_t>(last & (static_cast<std::uint32_t>(sure) - 1))};
}

[[gnu::always_inline]] inline __m256i load(const std::uint8_t* p) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
/// The values of the 32 bytes before each of two events, as far as they are digits.
[[gnu::always_inline]] inline __m512i values_before(const std::uint8_t* a, const std::uint8_t* b) noexcept {
  const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(load(a - 32)), load(b - 32), 1);
  return _mm512_sub_epi8(both, _mm512_set1_epi8('0'));
}

struct Kept {
  std::uint16_t* positions;
  std::uint8_t* luhn;
  std::size_t count;

  [[gnu::always_inline]] inline void add(std::uint16_t position, Candidate of) noexcept {
    positions[count] = position;
    luhn[count] = of.luhn;
    count += static_cast<std::size_t>(of.kept);
  }
};

/// Length, beginning and grouping of two numbers.
[[gnu::always_inline]] inline void look_at_two(const std::uint8_t* from, std::uint16_t first, std::uint16_t second,
                                               detect::NumbersWanted wanted, Candidate& a, Candidate& b) noexcept {
  const std::uint64_t digits =
      _mm512_cmple_epu8_mask(values_before(from + first, from + second), _mm512_set1_epi8(9));
  const auto digits_a = static_cast<std::uint32_t>(digits);
  const auto digits_b = static_cast<std::uint32_t>(digits >> 32);
  const __m512i recent = _mm512_inserti64x4(_mm512_set1_epi32(static_cast<int>(digits_a)),
                                            _mm256_set1_epi32(static_cast<int>(digits_b)), 1);
  const std::uint32_t shapes = _mm512_cmpeq_epi32_mask(_mm512_and_si512(recent, _mm512_load_si512(kShapes.under)),
                                                       _mm512_load_si512(kShapes.digits));
  a = candidate(from + first, digits_a, _lzcnt_u32(~digits_a), (shapes & wanted.shapes) != 0, wanted);
  b = candidate(from + second, digits_b, _lzcnt_u32(~digits_b), (shapes >> 8 & wanted.shapes) != 0, wanted);
}

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

}  // namespace

// In two passes: most numbers go by what they begin with, and only for the others are digits added up.
std::size_t sift_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept {
  std::uint8_t luhn[kMaxEvents];
  Kept kept{positions, luhn, 0};
  std::size_t i = 0;
  Candidate a, b;
  for (; i + 2 <= count; i += 2) {
    const std::uint16_t first = positions[i];
    const std::uint16_t second = positions[i + 1];
    look_at_two(from, first, second, wanted, a, b);
    kept.add(first, a);
    kept.add(second, b);
  }
  if (i < count) {
    const std::uint16_t last = positions[i];
    look_at_two(from, last, last, wanted, a, b);
    kept.add(last, a);
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

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t sift_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept {
  return sift_scalar(from, positions, count, wanted);
}

}  // namespace bulkhead::lane

#endif
