#pragma once

#include <cstddef>
#include <cstdint>

#include "lane/block.hpp"

namespace bulkhead::lane {

/// The body of a TextIsRare, compiled for the CPU of the file that includes it. `Printable::count` tells how many bytes of a block are.
template <class Printable>
[[gnu::always_inline]] inline bool few_are_text(const std::uint8_t* from, std::size_t length) noexcept {
  // Of random bytes three in eight are printable, of text nearly all, so that mostly one block tells.
  constexpr std::size_t kSamples = 4;
  constexpr long long kRare = kSamples * kBlock / 2, kText = kBlock * 3 / 4;
  long long printable = 0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const long long here = Printable::count(from + i * (length / kSamples));
    if (here >= kText) return false;
    printable += here;
  }
  return printable < kRare;
}

}  // namespace bulkhead::lane
