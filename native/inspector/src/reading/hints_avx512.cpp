// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "reading/hints.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "reading/hint_loop.hpp"

namespace bulkhead::reading {
namespace {

struct AsciiTable {
  alignas(64) std::uint8_t sets[128];
};
consteval AsciiTable ascii_half(const std::array<std::uint8_t, 256>& table) {
  AsciiTable half{};
  for (std::size_t i = 0; i < 128; ++i) half.sets[i] = table[i];
  return half;
}
constexpr AsciiTable kFirst = ascii_half(kHintTables.first);
constexpr AsciiTable kSecond = ascii_half(kHintTables.second);

/// The permutation overlooks the top bit of an index: `high` bytes are in no set.
[[gnu::always_inline]] inline __m512i sets(const AsciiTable& table, __m512i bytes, __mmask64 high) noexcept {
  return _mm512_maskz_permutex2var_epi8(~high, _mm512_load_si512(table.sets), bytes,
                                        _mm512_load_si512(table.sets + kHintBlock));
}

struct Avx512Classifier {
  [[gnu::always_inline]] static inline HintMasks classify(const std::uint8_t* bytes) noexcept {
    const __m512i here = _mm512_loadu_si512(bytes);
    const __m512i before = _mm512_loadu_si512(bytes - 1);
    const __mmask64 high = _mm512_movepi8_mask(here);
    const __m512i second = sets(kSecond, here, high);
    const __m512i first = sets(kFirst, before, _mm512_movepi8_mask(before));
    return {_mm512_test_epi8_mask(first, second), _mm512_movepi8_mask(second), high};
  }
};
static_assert(kRun == 128, "the top bit is what movepi8_mask takes");

}  // namespace

std::size_t find_hints_avx512(const std::uint8_t* from, std::size_t length, HintHistory& history,
                              std::uint16_t* positions) noexcept {
  return length == 0 ? 0 : hint_loop<Avx512Classifier>(from, length, history, positions);
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

std::size_t find_hints_avx512(const std::uint8_t* from, std::size_t length, HintHistory& history,
                              std::uint16_t* positions) noexcept {
  return find_hints_scalar(from, length, history, positions);
}

}  // namespace bulkhead::reading

#endif
