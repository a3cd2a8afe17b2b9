// Compiled for AVX2: nothing here may call an inline function that another file could end up calling.
#include "lane/named.hpp"

#if defined(__AVX2__)

#include "lane/named_loop.hpp"

namespace bulkhead::lane {
namespace {

/// 32 bytes from `kKept.bytes + n` on keep the last n bytes of a vector.
struct Kept {
  alignas(64) std::uint8_t bytes[64];
};
consteval Kept make_kept() {
  Kept kept{};
  for (std::size_t i = 32; i < 64; ++i) kept.bytes[i] = 0xff;
  return kept;
}
constexpr Kept kKept = make_kept();

struct Avx2 {
  [[gnu::always_inline]] static std::uint32_t where(__m256i bytes, char c) noexcept {
    return mask_of(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c)));
  }
  [[gnu::always_inline]] static std::uint32_t above(__m256i bytes, char most) noexcept {
    return ~mask_of(_mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(most)), bytes));
  }
  [[gnu::always_inline]] static __m256i keep_last(__m256i bytes, std::uint32_t count) noexcept {
    return _mm256_and_si256(bytes, load(kKept.bytes + count));
  }
  [[gnu::always_inline]] static std::uint32_t differing(__m256i a, __m256i b) noexcept {
    return ~mask_of(_mm256_cmpeq_epi8(a, b));
  }

 private:
  [[gnu::always_inline]] static std::uint32_t mask_of(__m256i bytes) noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }
};

}  // namespace

std::size_t select_named_avx2(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                              std::uint16_t* named, const detect::identity::NumberEnds& ends,
                              detect::identity::QuietKeys& quiet) noexcept {
  return select_named_with<Avx2>(from, positions, count, named, ends, quiet);
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t select_named_avx2(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                              std::uint16_t* named, const detect::identity::NumberEnds& ends,
                              detect::identity::QuietKeys& quiet) noexcept {
  return select_named_scalar(from, positions, count, named, ends, quiet);
}

}  // namespace bulkhead::lane

#endif
