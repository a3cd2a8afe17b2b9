// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "reading/plain_length.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "reading/escape.hpp"
#include "reading/pair_tables_avx512.hpp"

namespace bulkhead::reading {

std::size_t plain_length_avx512(Bytes bytes, std::uint8_t before) noexcept {
  const std::uint8_t* const from = bytes.data();
  const std::size_t size = bytes.size();
  for (std::size_t at = 0; at < size; at += kHintBlock) {
    const __mmask64 ours = lowest(size - at);
    const __m512i here = _mm512_maskz_loadu_epi8(ours, from + at);
    const __m512i in_front = at == 0 ? _mm512_mask_set1_epi8(_mm512_maskz_loadu_epi8(ours << 1, from - 1), 1, static_cast<char>(before))
                                     : _mm512_maskz_loadu_epi8(ours, from + at - 1);
    const std::uint64_t seconds = pairs_of(here, in_front) & ours;
    // What is behind the last byte is looked up by itself, or not known yet.
    const bool begins_pair = at + kHintBlock >= size || is_hint(from[at + kHintBlock - 1], from[at + kHintBlock]);
    std::uint64_t may_begin = seconds | seconds >> 1;
    if (begins_pair) may_begin |= ours & ~(ours >> 1);
    for (; may_begin != 0; may_begin &= may_begin - 1) {
      const std::size_t i = at + _tzcnt_u64(may_begin);
      if (may_begin_escape(from[i])) return i;
    }
  }
  return size;
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

std::size_t plain_length_avx512(Bytes bytes, std::uint8_t before) noexcept { return plain_length_scalar(bytes, before); }

}  // namespace bulkhead::reading

#endif
