// Compiled for AVX2: nothing here may call an inline function that another file could end up calling.
#include "lane/text_is_rare.hpp"

#if defined(__AVX2__)

#include <immintrin.h>

#include "lane/text_samples.hpp"

namespace bulkhead::lane {
namespace {

struct Printable {
  [[gnu::always_inline]] static inline long long count(const std::uint8_t* block) noexcept {
    const auto mask = [](const std::uint8_t* at) __attribute__((always_inline)) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
      return _mm_popcnt_u32(static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(0x1f)))));
    };
    return mask(block) + mask(block + 32);
  }
};

}  // namespace

bool text_is_rare_avx2(const std::uint8_t* from, std::size_t length) noexcept { return few_are_text<Printable>(from, length); }

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

bool text_is_rare_avx2(const std::uint8_t*, std::size_t) noexcept { return false; }

}  // namespace bulkhead::lane

#endif
