#pragma once

#include <cstddef>

#include "bulkhead/bytes.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bulkhead {

/// Offset of the first byte at or after `from` that may matter to the structure of a text head: a control character
/// other than a tab. The size of `bytes` when there is none.
inline std::size_t find_control(Bytes bytes, std::size_t from) noexcept {
  const std::uint8_t* data = bytes.data();
  const std::size_t size = bytes.size();
  std::size_t at = from;
#if defined(__SSE2__)
  const __m128i highest = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  for (; at + 16 <= size; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, highest), block);
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_andnot_si128(_mm_cmpeq_epi8(block, tab), control)));
    if (found != 0) return at + static_cast<std::size_t>(__builtin_ctz(found));
  }
#endif
  while (at < size && (data[at] > 0x1f || data[at] == '\t')) ++at;
  return at;
}

}  // namespace bulkhead
