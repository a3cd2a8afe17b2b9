// Compiled for AVX2: nothing here may call an inline function that another file could end up calling.
#include "reading/hints.hpp"

#if defined(__AVX2__)

#include <immintrin.h>

#include "reading/hint_loop.hpp"

namespace bulkhead::reading {
namespace {

/// A set of bytes as a product of the halves of a byte; see lane/half_bytes.hpp. Sets that are none come out larger,
/// which costs a look of escape_at() and nothing else.
struct Halves {
  alignas(16) std::uint8_t low[16];
  alignas(16) std::uint8_t high[16];
};
consteval void put(Halves& halves, std::uint8_t bit, std::string_view bytes) {
  for (const char c : bytes) {
    halves.low[static_cast<std::uint8_t>(c) & 15] |= bit;
    halves.high[static_cast<std::uint8_t>(c) >> 4] |= bit;
  }
}
constexpr std::uint8_t kPlus = 64;
consteval Halves make_first() {
  Halves h{};
  put(h, kPercent, "%");
  put(h, kBackslash, "\\");
  put(h, kAmpersand, "&");
  put(h, kEquals, "=");
  put(h, kBehindDigit | kPlus, "0123456789");
  for (std::uint8_t i = 0; i < 16; ++i) h.low[i] |= kBehindText;
  for (const std::uint8_t i : {0, 2, 3, 4, 5, 6, 7}) h.high[i] |= kBehindText;
  return h;
}
consteval Halves make_second() {
  Halves h{};
  put(h, kPercent, "0123456789abcdefABCDEFuU");
  put(h, kBackslash, "ux\\");
  put(h, kAmpersand, "#abcdehlnpqstz");
  put(h, kEquals, "0123456789abcdefABCDEF\r\n");
  put(h, kBehindDigit, "<");
  put(h, kPlus, "+");
  put(h, kBehindText, std::string_view("\0", 1));
  return h;
}
consteval Halves make_run() {
  Halves h{};
  put(h, 1, "0123456789");
  put(h, 2, "ABCDEFGHIJKLMNOabcdefghijklmno");
  put(h, 4, "PQRSTUVWXYZpqrstuvwxyz");
  put(h, 8, "+/-");
  put(h, 16, "_");
  return h;
}
constexpr Halves kFirst = make_first(), kSecond = make_second(), kRunHalves = make_run();

[[gnu::always_inline]] inline __m256i load(const std::uint8_t* p) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
[[gnu::always_inline]] inline __m256i table(const std::uint8_t* bytes) noexcept {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes)));
}
[[gnu::always_inline]] inline __m256i sets(const Halves& halves, __m256i bytes) noexcept {
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
  return _mm256_and_si256(_mm256_shuffle_epi8(table(halves.low), bytes),
                          _mm256_shuffle_epi8(table(halves.high), high));
}
/// Bit i: byte i is not zero.
[[gnu::always_inline]] inline std::uint64_t any(__m256i a, __m256i b) noexcept {
  const __m256i zero = _mm256_setzero_si256();
  const auto low = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, zero)));
  const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, zero)));
  return ~(low | std::uint64_t{high} << 32);
}

struct Avx2Classifier {
  [[gnu::always_inline]] static inline HintMasks classify(const std::uint8_t* bytes) noexcept {
    const __m256i a = load(bytes), b = load(bytes + 32);
    const __m256i pair_a = _mm256_and_si256(sets(kSecond, a), sets(kFirst, load(bytes - 1)));
    const __m256i pair_b = _mm256_and_si256(sets(kSecond, b), sets(kFirst, load(bytes + 31)));
    const std::uint64_t high = static_cast<std::uint32_t>(_mm256_movemask_epi8(a)) |
                               std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(b))} << 32;
    return {any(pair_a, pair_b), any(sets(kRunHalves, a), sets(kRunHalves, b)), high};
  }
};

}  // namespace

std::size_t find_hints_avx2(const std::uint8_t* from, std::size_t length, HintHistory& history,
                            std::uint16_t* positions) noexcept {
  return length == 0 ? 0 : hint_loop<Avx2Classifier>(from, length, history, positions);
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

std::size_t find_hints_avx2(const std::uint8_t* from, std::size_t length, HintHistory& history,
                            std::uint16_t* positions) noexcept {
  return find_hints_scalar(from, length, history, positions);
}

}  // namespace bulkhead::reading

#endif
