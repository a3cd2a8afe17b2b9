// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/named.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

namespace bulkhead::lane {
namespace {

using detect::identity::QuietKeys;

[[gnu::always_inline]] inline __m256i load(const void* p) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
[[gnu::always_inline]] inline bool is_lower(std::uint8_t byte) noexcept {
  return static_cast<std::uint8_t>(byte - 'a') <= 'z' - 'a';
}

/// Whether the value at `start` has a key that is known to be quiet; QuietKeys::read without a loop.
[[gnu::always_inline]] inline bool is_quiet(const std::uint8_t* start, const QuietKeys& quiet) noexcept {
  const __m256i bytes = load(start - 32);
  const auto where = [bytes](char c) -> std::uint32_t { return _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8(c)); };
  const std::uint32_t quotes = where('"');
  unsigned at = 31;
  at -= quotes >> at & 1U;
  at -= where(' ') >> at & 1U;
  // The colon, the key's closing quote below it, and the opening one below that.
  const bool key = ((where(':') >> at) & (quotes >> (at - 1)) & 1U) != 0;
  const std::uint32_t below = quotes & ((1U << (at - 1)) - 1);
  const __m256i kept = _mm256_maskz_mov_epi8(~0U << (31 - _lzcnt_u32(below | 1U)), bytes);
  const __m128i upper = _mm256_extracti128_si256(kept, 1);
  const auto third = static_cast<std::uint64_t>(_mm_cvtsi128_si64(upper));
  const auto last = static_cast<std::uint64_t>(_mm_extract_epi64(upper, 1));
  const std::uint64_t slot = ((third * 0x9e3779b97f4a7c15ULL ^ last) * 0xd6e8feb86659fd93ULL) >> 57;
  const bool equal = _mm256_cmpneq_epi8_mask(load(quiet.at(slot).words.data()), kept) == 0;
  return key & (below != 0) & equal;
}

}  // namespace

std::size_t select_named_avx512(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                std::uint16_t* named, const QuietKeys& quiet) noexcept {
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t position = positions[i];
    const std::uint8_t* const at = from + position;
    const std::uint32_t run = _lzcnt_u32(
        _mm256_cmpgt_epu8_mask(_mm256_sub_epi8(load(at - 32), _mm256_set1_epi8('0')), _mm256_set1_epi8(9)));
    const std::uint8_t* const start = at - run;
    const bool sized = (run >= kMinNamedDigits) & (run <= kMaxNamedDigits);
    const unsigned lower = static_cast<unsigned>(is_lower(*at)) | static_cast<unsigned>(is_lower(start[-1]));
    const bool follows = (static_cast<std::uint8_t>(*at - '0') > 9) & (lower == 0);
    const bool alone = (run == kAloneDigits) | (static_cast<std::uint8_t>(*at - 'A') <= 'Z' - 'A');
    named[left] = position;
    left += static_cast<std::size_t>(sized & follows & (alone | !is_quiet(at - (sized ? run : 0U), quiet)));
  }
  return left;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t select_named_avx512(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                std::uint16_t* named, const detect::identity::QuietKeys& quiet) noexcept {
  return select_named_scalar(from, positions, count, named, quiet);
}

}  // namespace bulkhead::lane

#endif
