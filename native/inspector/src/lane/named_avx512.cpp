// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/named.hpp"

#if defined(__AVX512VBMI2__)

#include "lane/named_loop.hpp"

namespace bulkhead::lane {
namespace {

struct Avx512 {
  [[gnu::always_inline]] static std::uint32_t where(__m256i bytes, char c) noexcept {
    return _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8(c));
  }
  [[gnu::always_inline]] static std::uint32_t above(__m256i bytes, char most) noexcept {
    return _mm256_cmpgt_epu8_mask(bytes, _mm256_set1_epi8(most));
  }
  [[gnu::always_inline]] static __m256i keep_last(__m256i bytes, std::uint32_t count) noexcept {
    return _mm256_maskz_mov_epi8(~0U << (32 - count), bytes);
  }
  [[gnu::always_inline]] static std::uint32_t differing(__m256i a, __m256i b) noexcept {
    return _mm256_cmpneq_epi8_mask(a, b);
  }
};

}  // namespace

std::size_t select_named_avx512(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                std::uint16_t* named, const detect::identity::NumberEnds& ends,
                                detect::identity::QuietKeys& quiet) noexcept {
  // The sift that lists numbers has looked at their length and their neighbours.
  return drop_quiet<Avx512>(from, positions, count, named, ends, quiet);
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t select_named_avx512(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                std::uint16_t* named, const detect::identity::NumberEnds& ends,
                                detect::identity::QuietKeys& quiet) noexcept {
  return select_named_scalar(from, positions, count, named, ends, quiet);
}

}  // namespace bulkhead::lane

#endif
