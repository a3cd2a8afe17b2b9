#pragma once

#include <cstdint>

#include "lane/find_loop.hpp"

namespace bulkhead::lane {
namespace {

// Included by files compiled for one instruction set each; what is here stays theirs.

/// Where six bits in a row end, from word to word. AVX-512 does the same for eight words at once.
class SixInRow {
 public:
  [[gnu::always_inline]] inline std::uint64_t next(std::uint64_t now) noexcept {
    const std::uint64_t two = now & shifted(now, one_, 1);
    const std::uint64_t four = two & shifted(two, two_, 2);
    const std::uint64_t six = four & shifted(two, two_, 4);
    one_ = now;
    two_ = two;
    return six;
  }

 private:
  std::uint64_t one_ = 0, two_ = 0;  // of the word before
};

/// The bits `count` places later; `behind` is the word one later.
[[gnu::always_inline]] inline std::uint64_t ahead(std::uint64_t now, std::uint64_t behind, unsigned count) noexcept {
  return now >> count | behind << (64 - count);
}

/// The bits of `ends` and the five in front of each: where six in a row are, by where they end.
[[gnu::always_inline]] inline std::uint64_t six_before(std::uint64_t ends, std::uint64_t behind) noexcept {
  const std::uint64_t two = ends | ahead(ends, behind, 1), two_behind = behind | behind >> 1;
  return two | ahead(two, two_behind, 2) | ahead(two, two_behind, 4);
}

}  // namespace
}  // namespace bulkhead::lane
