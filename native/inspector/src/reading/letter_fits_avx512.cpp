// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "reading/letter_fits.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

namespace bulkhead::reading {
namespace {

struct AsciiFits {
  alignas(64) std::uint8_t of[128];
};
consteval AsciiFits ascii_fits() {
  AsciiFits fits{};
  for (std::size_t i = 0; i < 128; ++i) fits.of[i] = kFits[i];
  return fits;
}
constexpr AsciiFits kAscii = ascii_fits();

}  // namespace

LetterFits letter_fits_avx512(const std::uint8_t* letters) noexcept {
  const __m512i bytes = _mm512_loadu_si512(letters);
  const __mmask64 ascii = ~_mm512_movepi8_mask(bytes);
  const __m512i fits = _mm512_maskz_permutex2var_epi8(ascii, _mm512_load_si512(kAscii.of), bytes,
                                                      _mm512_load_si512(kAscii.of + kFitLetters));
  const auto mask = [&fits](std::uint8_t bit) __attribute__((always_inline)) {
    return static_cast<std::uint64_t>(_mm512_test_epi8_mask(fits, _mm512_set1_epi8(static_cast<char>(bit))));
  };
  return {mask(kFirstFits), mask(kSecondFits), mask(kThirdFits), mask(kHexDigit), mask(kHexTop), mask(kZero), mask(kLetter)};
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

LetterFits letter_fits_avx512(const std::uint8_t* letters) noexcept { return letter_fits_scalar(letters); }

}  // namespace bulkhead::reading

#endif
