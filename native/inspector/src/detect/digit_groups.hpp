#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bulkhead::detect {

inline constexpr std::size_t kDigitHistory = 32;  ///< more than the longest number as written, 23 bytes

/// The digits in front of an event as a mask: bit 63-k stands for event[-1-k], k < kDigitHistory.
inline std::uint64_t digits_before(const std::uint8_t* event) noexcept {
#if defined(__SSE2__)
  const auto mask = [](const std::uint8_t* p) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i value = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    return static_cast<std::uint64_t>(
        static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value))));
  };
  return mask(event - 16) << 48 | mask(event - 32) << 32;
#else
  std::uint64_t digits = 0;
  for (std::size_t k = 0; k < kDigitHistory; ++k)
    if (static_cast<std::uint8_t>(event[-1 - static_cast<std::ptrdiff_t>(k)] - '0') <= 9) digits |= 1ULL << (63 - k);
  return digits;
#endif
}

/// Size of the group of digits that ends at the event.
constexpr std::size_t last_group(std::uint64_t digits) noexcept {
  return static_cast<std::size_t>(std::countl_one(digits));
}

/// Whether the bytes before the event are groups of exactly these sizes with one byte between each two.
template <std::size_t... Sizes>
constexpr bool has_groups(std::uint64_t digits) noexcept {
  constexpr std::size_t sizes[] = {Sizes...};
  constexpr std::size_t total = (Sizes + ...) + sizeof...(Sizes) - 1;
  static_assert(total < kDigitHistory);
  std::uint64_t pattern = 0;
  for (const std::size_t size : sizes) {  // the first group is pushed down to the lowest bits
    pattern >>= 1;
    pattern = (pattern >> size) | (~0ULL << (64 - size));
  }
  // The bit below the pattern is the byte before the first group: no digit.
  return digits >> (63 - total) == pattern >> (63 - total);
}

/// Four groups of four end at the event, whatever is in front of them.
constexpr bool has_four_fours(std::uint64_t digits) noexcept { return digits >> 45 == 0b1111'0'1111'0'1111'0'1111ULL; }

}  // namespace bulkhead::detect
