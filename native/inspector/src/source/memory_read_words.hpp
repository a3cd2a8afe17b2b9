#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bulkhead {

// Eight independent sums of four words: one alone would wait for its own additions instead of for memory.
inline constexpr std::size_t kReadLanes = 8;
using ReadWords [[gnu::vector_size(32)]] = std::uint64_t;
inline constexpr std::size_t kReadStep = kReadLanes * sizeof(ReadWords);

/// Compiled once for the plain machine and once with AVX2. The sums are named by vectors and not by an array of words:
/// the compiler kept those on the stack, and the yardstick was the speed of spilling.
template <int kVariant>
std::uint64_t sum_words(const std::uint8_t* bytes, std::size_t steps) noexcept {
  ReadWords sums[kReadLanes] = {};
  for (std::size_t i = 0; i < steps; ++i) {
#pragma GCC unroll 8
    for (std::size_t lane = 0; lane < kReadLanes; ++lane) {
      ReadWords words;
      std::memcpy(&words, bytes + i * kReadStep + lane * sizeof words, sizeof words);
      sums[lane] += words;
    }
  }
  ReadWords all = sums[0];
  for (std::size_t lane = 1; lane < kReadLanes; ++lane) all += sums[lane];
  return all[0] + all[1] + all[2] + all[3];
}

std::uint64_t sum_words_avx2(const std::uint8_t* bytes, std::size_t steps) noexcept;

}  // namespace bulkhead
