#pragma once

#include <immintrin.h>

#include "lane/named.hpp"

namespace bulkhead::lane {
namespace {

// Included by one file for each instruction set, inside its own translation unit and with its own `Vector`, so that no
// two of them share a function.

using detect::identity::QuietKeys;

[[gnu::always_inline]] inline __m256i load(const void* p) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
[[gnu::always_inline]] inline bool is_lower(std::uint8_t byte) noexcept {
  return static_cast<std::uint8_t>(byte - 'a') <= 'z' - 'a';
}

/// Whether the value at `start` has a key that is known to be quiet; QuietKeys::read without a loop.
template <typename Vector>
[[gnu::always_inline]] inline bool is_quiet(const std::uint8_t* start, const QuietKeys& quiet) noexcept {
  const __m256i bytes = load(start - 32);
  const std::uint32_t quotes = Vector::where(bytes, '"');
  unsigned at = 31;
  at -= quotes >> at & 1U;
  at -= Vector::where(bytes, ' ') >> at & 1U;
  // The colon, the key's closing quote below it, and the opening one below that.
  const bool key = ((Vector::where(bytes, ':') >> at) & (quotes >> (at - 1)) & 1U) != 0;
  const std::uint32_t below = quotes & ((1U << (at - 1)) - 1);
  const __m256i kept = Vector::keep_last(bytes, 1 + _lzcnt_u32(below | 1U));
  const __m128i upper = _mm256_extracti128_si256(kept, 1);
  const auto third = static_cast<std::uint64_t>(_mm_cvtsi128_si64(upper));
  const auto last = static_cast<std::uint64_t>(_mm_extract_epi64(upper, 1));
  const std::uint64_t slot = ((third * 0x9e3779b97f4a7c15ULL ^ last) * 0xd6e8feb86659fd93ULL) >> 57;
  return key & (below != 0) & Vector::equal(load(quiet.at(slot).words.data()), kept);
}

template <typename Vector>
[[gnu::always_inline]] inline std::size_t select_named_with(const std::uint8_t* from, const std::uint16_t* positions,
                                                            std::size_t count, std::uint16_t* named,
                                                            const QuietKeys& quiet) noexcept {
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t position = positions[i];
    const std::uint8_t* const at = from + position;
    const std::uint32_t run = _lzcnt_u32(Vector::above(_mm256_sub_epi8(load(at - 32), _mm256_set1_epi8('0')), 9));
    const std::uint8_t* const start = at - run;
    const bool sized = (run >= kMinNamedDigits) & (run <= kMaxNamedDigits);
    const unsigned lower = static_cast<unsigned>(is_lower(*at)) | static_cast<unsigned>(is_lower(start[-1]));
    const bool follows = (static_cast<std::uint8_t>(*at - '0') > 9) & (lower == 0);
    const bool alone = (run == kAloneDigits) | (static_cast<std::uint8_t>(*at - 'A') <= 'Z' - 'A');
    named[left] = position;
    left += static_cast<std::size_t>(sized & follows & (alone | !is_quiet<Vector>(at - (sized ? run : 0U), quiet)));
  }
  return left;
}

}  // namespace
}  // namespace bulkhead::lane
