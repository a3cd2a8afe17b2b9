#include "decode/checksum_kernel.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace bulkhead {

#if defined(__AVX2__)

bool has_avx2_sum() noexcept { return __builtin_cpu_supports("avx2") != 0; }

namespace {

struct Sums {
  __m256i low_a = _mm256_setzero_si256(), low_b = _mm256_setzero_si256();
  __m256i high_a = _mm256_setzero_si256(), high_b = _mm256_setzero_si256();

  [[gnu::always_inline]] inline void add(const __m256i* at) noexcept {
    const __m256i low_words = _mm256_set1_epi64x(0xffffffffLL);
    const __m256i a = _mm256_loadu_si256(at);
    const __m256i b = _mm256_loadu_si256(at + 1);
    const __m256i c = _mm256_loadu_si256(at + 2);
    const __m256i d = _mm256_loadu_si256(at + 3);
    low_a = _mm256_add_epi64(low_a, _mm256_and_si256(a, low_words));
    high_a = _mm256_add_epi64(high_a, _mm256_srli_epi64(a, 32));
    low_b = _mm256_add_epi64(low_b, _mm256_and_si256(b, low_words));
    high_b = _mm256_add_epi64(high_b, _mm256_srli_epi64(b, 32));
    low_a = _mm256_add_epi64(low_a, _mm256_and_si256(c, low_words));
    high_a = _mm256_add_epi64(high_a, _mm256_srli_epi64(c, 32));
    low_b = _mm256_add_epi64(low_b, _mm256_and_si256(d, low_words));
    high_b = _mm256_add_epi64(high_b, _mm256_srli_epi64(d, 32));
  }
};

/// So far ahead, the memory of a long packet is asked for: the processor itself only does so within a page.
constexpr std::size_t kAhead = 2'048;

}  // namespace

std::uint64_t sum_words_avx2(Bytes bytes) noexcept {
  constexpr std::size_t kStep = 128, kLine = 64;
  Sums sums;
  std::size_t i = 0;
  const auto at = [&] { return bytes.data() + i; };
  for (; i + kAhead + kStep <= bytes.size(); i += kStep) {
    _mm_prefetch(at() + kAhead, _MM_HINT_T0);
    _mm_prefetch(at() + kAhead + kLine, _MM_HINT_T0);
    sums.add(reinterpret_cast<const __m256i*>(at()));
  }
  for (; i + kStep <= bytes.size(); i += kStep) sums.add(reinterpret_cast<const __m256i*>(at()));
  const __m256i total =
      _mm256_add_epi64(_mm256_add_epi64(sums.low_a, sums.low_b), _mm256_add_epi64(sums.high_a, sums.high_b));
  alignas(32) std::uint64_t lanes[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), total);
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

#else

bool has_avx2_sum() noexcept { return false; }
std::uint64_t sum_words_avx2(Bytes) noexcept { return 0; }

#endif

}  // namespace bulkhead
