#include "reading/run_worth.hpp"

#include "lane/cpu.hpp"
#include "reading/worth_probing.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bulkhead::reading {

RunWorth run_worth_scalar(const std::uint8_t* letters) noexcept {
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
  const LetterFits found{mask(0), mask(1), mask(2), mask(3), mask(4), mask(5), mask(6)};
  return {found.letter, worth_probing(found)};
}

std::size_t drop_plain_runs_scalar(Bytes bytes, std::size_t chunk, std::uint16_t* hints, std::size_t count) noexcept {
  return drop_plain_runs(bytes.data(), bytes.size(), chunk, hints, count, run_worth_scalar);
}

DropPlainRuns best_drop_plain_runs() noexcept {
  static const DropPlainRuns best = lane::cpu_has_avx512() ? drop_plain_runs_avx512 : drop_plain_runs_scalar;
  return best;
}

FindWorth best_run_worth() noexcept {
  static const FindWorth best = lane::cpu_has_avx512() ? run_worth_avx512 : run_worth_scalar;
  return best;
}

}  // namespace bulkhead::reading
