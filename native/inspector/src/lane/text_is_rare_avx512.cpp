// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/text_is_rare.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/block.hpp"

namespace bulkhead::lane {

bool text_is_rare_avx512(const std::uint8_t* from, std::size_t length) noexcept {
  // Of random bytes three in eight are printable, of text nearly all, so that mostly one block tells.
  constexpr std::size_t kSamples = 4;
  constexpr long long kRare = kSamples * kBlock / 2, kText = kBlock * 3 / 4;
  long long printable = 0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const __m512i bytes = _mm512_loadu_si512(from + i * (length / kSamples));
    const long long here = _mm_popcnt_u64(_mm512_cmpgt_epi8_mask(bytes, _mm512_set1_epi8(0x1f)));
    if (here >= kText) return false;
    printable += here;
  }
  return printable < kRare;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

bool text_is_rare_avx512(const std::uint8_t*, std::size_t) noexcept { return false; }

}  // namespace bulkhead::lane

#endif
