#pragma once

#include <cstddef>
#include <cstdint>

#include "detect/char_class.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bulkhead::detect {

/// 64 bytes around an '@', sorted at once: bit i stands for byte i.
struct MailBytes {
  std::uint64_t local = 0;    ///< kMailLocal
  std::uint64_t domain = 0;   ///< kMailDomain
  std::uint64_t dot = 0;
  std::uint64_t hyphen = 0;
  std::uint64_t percent = 0;
};

inline constexpr std::size_t kMailBlock = 64;

inline MailBytes mail_bytes(const std::uint8_t* p) noexcept {
  MailBytes masks;
#if defined(__SSE2__)
  const auto within = [](__m128i bytes, char from, char size) {
    const __m128i value = _mm_sub_epi8(bytes, _mm_set1_epi8(from));
    return _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(size)), value);
  };
  for (unsigned i = 0; i < kMailBlock; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
    const auto mask = [i](__m128i which) {
      return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(which))) << i;
    };
    const auto equal = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i alnum =
        _mm_or_si128(within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z' - 'a'), within(bytes, '0', 9));
    const __m128i dot = equal('.');
    const __m128i hyphen = equal('-');
    const __m128i percent = equal('%');
    const __m128i domain = _mm_or_si128(alnum, _mm_or_si128(dot, hyphen));
    masks.domain |= mask(domain);
    masks.local |= mask(_mm_or_si128(_mm_or_si128(domain, percent), _mm_or_si128(equal('_'), equal('+'))));
    masks.dot |= mask(dot);
    masks.hyphen |= mask(hyphen);
    masks.percent |= mask(percent);
  }
#else
  for (unsigned i = 0; i < kMailBlock; ++i) {
    const std::uint64_t bit = 1ULL << i;
    if (is(p[i], kMailLocal)) masks.local |= bit;
    if (is(p[i], kMailDomain)) masks.domain |= bit;
    if (p[i] == '.') masks.dot |= bit;
    if (p[i] == '-') masks.hyphen |= bit;
    if (p[i] == '%') masks.percent |= bit;
  }
#endif
  return masks;
}

}  // namespace bulkhead::detect
