#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bulkhead {

// Sixteen independent sums: one alone would wait for its own additions instead of for memory.
inline constexpr std::size_t kReadLanes = 16;
inline constexpr std::size_t kReadStep = kReadLanes * sizeof(std::uint64_t);

/// Compiled once for the plain machine and once with AVX2.
template <int kVariant>
std::uint64_t sum_words(const std::uint8_t* bytes, std::size_t steps) noexcept {
  std::uint64_t sums[kReadLanes] = {};
  for (std::size_t i = 0; i < steps; ++i) {
    std::uint64_t words[kReadLanes];
    std::memcpy(words, bytes + i * kReadStep, kReadStep);
    for (std::size_t lane = 0; lane < kReadLanes; ++lane) sums[lane] += words[lane];
  }
  std::uint64_t total = 0;
  for (const std::uint64_t sum : sums) total += sum;
  return total;
}

std::uint64_t sum_words_avx2(const std::uint8_t* bytes, std::size_t steps) noexcept;

}  // namespace bulkhead
