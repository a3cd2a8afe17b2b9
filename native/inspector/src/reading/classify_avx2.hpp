#pragma once

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reading/hint_loop.hpp"
#include "reading/letter_fits.hpp"

namespace bulkhead::reading {
namespace {

// Included by files compiled for AVX2 alone; what is here stays theirs.

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
  put(h, kPacked, "HK12e");
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
  put(h, kPacked, "4L8fFJNA");
  return h;
}
constexpr Halves kFirst = make_first(), kSecond = make_second();

/// The sets of kWideTables are products of halves as they are.
consteval Halves halves_of(const std::array<std::uint8_t, 256>& sets) {
  Halves h{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    h.low[byte & 15] |= sets[byte];
    h.high[byte >> 4] |= sets[byte];
  }
  return h;
}
constexpr Halves kWideFirst = halves_of(kWideTables.first), kWideSecond = halves_of(kWideTables.second);

/// kFits by the upper half of a byte: letters have six.
constexpr std::uint8_t kFirstColumn = 2, kColumns = 6;
struct FitColumns {
  alignas(16) std::uint8_t of[kColumns][16];
};
consteval FitColumns make_columns() {
  FitColumns columns{};
  for (std::size_t column = 0; column < kColumns; ++column)
    for (std::size_t low = 0; low < 16; ++low) columns.of[column][low] = kFits[(kFirstColumn + column) << 4 | low];
  return columns;
}
constexpr FitColumns kFitColumns = make_columns();

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
[[gnu::always_inline]] inline __m256i fits(__m256i bytes) noexcept {
  __m256i all = _mm256_setzero_si256();
  for (std::uint8_t column = 0; column < kColumns; ++column) {
    // Only bytes of this column have an index below 128; the shuffle gives 0 for all others.
    const __m256i upper = _mm256_set1_epi8(static_cast<char>((kFirstColumn + column) << 4));
    const __m256i index = _mm256_adds_epu8(_mm256_xor_si256(bytes, upper), _mm256_set1_epi8(0x70));
    all = _mm256_or_si256(all, _mm256_shuffle_epi8(table(kFitColumns.of[column]), index));
  }
  return all;
}

/// A block in two vectors.
struct Block {
  __m256i a, b;

  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t tops() const noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(a)) |
           std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(b))} << 32;
  }
  /// Bit i: byte i has `bit`, the Left-th from the top.
  template <int Left>
  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t has() const noexcept {
    return Block{_mm256_slli_epi16(a, Left), _mm256_slli_epi16(b, Left)}.tops();
  }
  /// Bit i: byte i is not zero.
  [[gnu::always_inline]] [[nodiscard]] inline std::uint64_t any() const noexcept {
    const __m256i zero = _mm256_setzero_si256();
    return ~Block{_mm256_cmpeq_epi8(a, zero), _mm256_cmpeq_epi8(b, zero)}.tops();
  }
};

/// The same for bytes above 0x7f too, for which `sets` has nothing.
class HalfLookUp {
 public:
  [[gnu::always_inline]] inline HalfLookUp(__m256i low, __m256i high) noexcept : low_(low), high_(high) {}
  [[gnu::always_inline]] [[nodiscard]] inline __m256i sets_of(__m256i bytes) const noexcept {
    const __m256i half = _mm256_set1_epi8(15);
    return _mm256_and_si256(_mm256_shuffle_epi8(low_, _mm256_and_si256(bytes, half)),
                            _mm256_shuffle_epi8(high_, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
  }

 private:
  __m256i low_, high_;
};
[[gnu::always_inline]] inline __m256i wide_sets(const Halves& halves, __m256i bytes) noexcept {
  return HalfLookUp(table(halves.low), table(halves.high)).sets_of(bytes);
}

struct Avx2Classifier {
  [[gnu::always_inline]] static inline HintMasks classify(const std::uint8_t* bytes) noexcept {
    const Block here{load(bytes), load(bytes + 32)};
    const Block before{load(bytes - 1), load(bytes + 31)};
    const Block shared{_mm256_and_si256(sets(kSecond, here.a), sets(kFirst, before.a)),
                       _mm256_and_si256(sets(kSecond, here.b), sets(kFirst, before.b))};
    std::uint64_t wide = 0;
    if (here.tops() != 0)
      wide = Block{_mm256_and_si256(wide_sets(kWideSecond, here.a), wide_sets(kWideFirst, before.a)),
                   _mm256_and_si256(wide_sets(kWideSecond, here.b), wide_sets(kWideFirst, before.b))}
                 .any();
    const __m256i hints = _mm256_set1_epi8(static_cast<char>(~kPacked));
    const Block fit{fits(here.a), fits(here.b)};
    static_assert(kFirstFits == 2 && kSecondFits == 4 && kThirdFits == 8 && kHexTop == 16 && kZero == 32 && kLetter == 64 &&
                  kPacked == 128);
    return {wide | Block{_mm256_and_si256(shared.a, hints), _mm256_and_si256(shared.b, hints)}.any(),
            {fit.has<6>(), fit.has<5>(), fit.has<4>(), fit.has<3>(), fit.has<2>(), fit.has<1>(), shared.tops()}};
  }
};

}  // namespace
}  // namespace bulkhead::reading
