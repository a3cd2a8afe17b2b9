// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/text_is_rare.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/text_samples.hpp"

namespace bulkhead::lane {

namespace {

struct Printable {
  [[gnu::always_inline]] static inline long long count(const std::uint8_t* block) noexcept {
    return _mm_popcnt_u64(_mm512_cmpgt_epi8_mask(_mm512_loadu_si512(block), _mm512_set1_epi8(0x1f)));
  }
};

}  // namespace

bool text_is_rare_avx512(const std::uint8_t* from, std::size_t length) noexcept { return few_are_text<Printable>(from, length); }

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

bool text_is_rare_avx512(const std::uint8_t*, std::size_t) noexcept { return false; }

}  // namespace bulkhead::lane

#endif
