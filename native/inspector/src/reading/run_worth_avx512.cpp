// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "reading/run_worth.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "reading/worth_probing.hpp"

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

[[gnu::always_inline]] inline RunWorth worth_at(const std::uint8_t* letters) noexcept {
  const __m512i bytes = _mm512_loadu_si512(letters);
  const __mmask64 ascii = ~_mm512_movepi8_mask(bytes);
  const __m512i fits = _mm512_maskz_permutex2var_epi8(ascii, _mm512_load_si512(kAscii.of), bytes,
                                                      _mm512_load_si512(kAscii.of + kFitLetters));
  const auto mask = [&fits](std::uint8_t bit) __attribute__((always_inline)) {
    return static_cast<std::uint64_t>(_mm512_test_epi8_mask(fits, _mm512_set1_epi8(static_cast<char>(bit))));
  };
  const LetterFits found{mask(kFirstFits), mask(kSecondFits), mask(kThirdFits), mask(kHexDigit),
                         mask(kHexTop),    mask(kZero),      mask(kLetter)};
  return {found.letter, worth_probing(found)};
}

}  // namespace

RunWorth run_worth_avx512(const std::uint8_t* letters) noexcept { return worth_at(letters); }

std::size_t drop_plain_runs_avx512(Bytes bytes, std::size_t chunk, std::uint16_t* hints, std::size_t count) noexcept {
  return drop_plain_runs(bytes.data(), bytes.size(), chunk, hints, count,
                         [](const std::uint8_t* letters) __attribute__((always_inline)) { return worth_at(letters); });
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

RunWorth run_worth_avx512(const std::uint8_t* letters) noexcept { return run_worth_scalar(letters); }
std::size_t drop_plain_runs_avx512(Bytes bytes, std::size_t chunk, std::uint16_t* hints, std::size_t count) noexcept {
  return drop_plain_runs_scalar(bytes, chunk, hints, count);
}

}  // namespace bulkhead::reading

#endif
