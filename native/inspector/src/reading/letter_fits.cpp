#include "reading/letter_fits.hpp"

#include "lane/cpu.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bulkhead::reading {

LetterFits letter_fits_scalar(const std::uint8_t* letters) noexcept {
  alignas(16) std::uint8_t fits[kFitLetters];
  for (std::size_t i = 0; i < kFitLetters; ++i) fits[i] = kFits[letters[i]];
  const auto mask = [&fits](int bit) {
    std::uint64_t all = 0;
#if defined(__SSE2__)
    for (std::size_t i = 0; i < kFitLetters; i += 16) {
      const __m128i part = _mm_load_si128(reinterpret_cast<const __m128i*>(fits + i));
      const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_sll_epi16(part, _mm_cvtsi32_si128(7 - bit))));
      all |= std::uint64_t{bits} << i;
    }
#else
    for (std::size_t i = 0; i < kFitLetters; ++i) all |= std::uint64_t{fits[i] >> bit & 1U} << i;
#endif
    return all;
  };
  return {mask(0), mask(1), mask(2), mask(3), mask(4), mask(5), mask(6)};
}

FindFits best_letter_fits() noexcept {
  static const FindFits best = lane::cpu_has_avx512() ? letter_fits_avx512 : letter_fits_scalar;
  return best;
}

}  // namespace bulkhead::reading
