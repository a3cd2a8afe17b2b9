// Compiled for AVX2: nothing here may call an inline function that another file could end up calling.
#include "lane/sift.hpp"

#if defined(__AVX2__)

#include <immintrin.h>

namespace bulkhead::lane {
namespace {

/// 32 bytes from `kKept.bytes + n` on keep the last n bytes of a vector.
struct Kept {
  alignas(64) std::uint8_t bytes[64];
};
consteval Kept make_kept() {
  Kept kept{};
  for (std::size_t i = 32; i < 64; ++i) kept.bytes[i] = 0xff;
  return kept;
}
constexpr Kept kKept = make_kept();

struct Shapes {
  alignas(32) std::uint32_t digits[8], under[8];
};
consteval Shapes make_shapes() {
  Shapes shapes{};
  for (std::size_t i = 0; i < 8; ++i) {
    shapes.digits[i] = detect::kGroupedShapes[i].digits;
    shapes.under[i] = detect::kGroupedShapes[i].under;
  }
  return shapes;
}
constexpr Shapes kShapes = make_shapes();

constexpr std::array<std::uint32_t, 256> kStarts = detect::internal::kLengthsByStart;

[[gnu::always_inline]] inline __m256i load(const void* p) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}

/// Sum of the bytes.
[[gnu::always_inline]] inline std::uint32_t sum_of(__m256i bytes) noexcept {
  const __m256i sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
  const __m128i two = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))));
}

}  // namespace

std::size_t sift_avx2(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                      detect::NumbersWanted wanted) noexcept {
  const __m256i twice = _mm256_setr_epi8(0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 0, 0, 0, 0, 0, 0,  //
                                         0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 0, 0, 0, 0, 0, 0);
  const __m256i every_second = _mm256_set1_epi16(0x00ff);  // the last digit of all, an odd byte, counts once
  const __m256i shape_digits = load(kShapes.digits);
  const __m256i shape_under = load(kShapes.under);
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t position = positions[i];
    const std::uint8_t* const at = from + position;
    const __m256i values = _mm256_sub_epi8(load(at - 32), _mm256_set1_epi8('0'));
    const auto digits = static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values)));
    const std::uint32_t last = _lzcnt_u32(~digits);

    const __m256i kept = _mm256_and_si256(values, load(kKept.bytes + last));
    const __m256i weighed = _mm256_blendv_epi8(kept, _mm256_shuffle_epi8(twice, kept), every_second);
    const bool luhn = sum_of(weighed) % 10 == 0;
    // Of groups shorter than two digits it are bytes that mean nothing: no such length is wanted.
    const std::uint8_t* const start = at - (last > 2 ? last : 2);
    const std::uint32_t lengths = kStarts[(start[0] & 15U) << 4 | (start[1] & 15U)] & wanted.lengths;
    const bool possible = (static_cast<std::uint64_t>(lengths) >> last & 1U) != 0;
    const bool single = possible & (luhn | (last < detect::kMinCardDigits));

    const __m256i recent = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(digits)), shape_under);
    const auto shapes = static_cast<std::uint32_t>(
        _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(recent, shape_digits))));
    const bool grouped = (shapes & wanted.shapes) != 0;

    const bool address = *at == '@';
    const bool other = (digits >> 30 != 3) | address | (static_cast<std::uint8_t>(*at - '0') <= 9);
    const bool bare = address & !may_precede_at(at[-1]);
    positions[left] = position;
    left += static_cast<std::size_t>((single | grouped | other) & !bare);
  }
  return left;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t sift_avx2(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                      detect::NumbersWanted wanted) noexcept {
  return sift_scalar(from, positions, count, wanted);
}

}  // namespace bulkhead::lane

#endif
