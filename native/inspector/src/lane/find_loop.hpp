#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "lane/find_events.hpp"

namespace bulkhead::lane {

/// A mask with the bits of the block before it shifted in: bit i is bit i-count of the byte sequence.
[[gnu::always_inline]] inline std::uint64_t shifted(std::uint64_t now, std::uint64_t before, unsigned count) noexcept {
  return (now << count) | (before >> (64 - count));
}

/// The body of a FindEvents. A template of the classifier, always inlined: the file that includes it decides for which
/// CPU it is compiled, and no copy of it may end up in another.
template <class Classifier>
[[gnu::always_inline]] inline std::size_t find_loop(const std::uint8_t* from, std::size_t length,
                                                    std::uint16_t* positions) noexcept {
  std::uint64_t digit_before = 0, chain_before = 0, chain2_before = 0, chain4_before = 0, number_before = 0, run2_before = 0,
                opening_before = 0;
  const auto events_of = [&](const BlockMasks& m) __attribute__((always_inline)) {
    const std::uint64_t digit1 = shifted(m.digit, digit_before, 1);
    const std::uint64_t chain = m.digit | (m.separator & digit1);
    const std::uint64_t chain2 = chain & shifted(chain, chain_before, 1);
    const std::uint64_t chain4 = chain2 & shifted(chain2, chain2_before, 2);
    const std::uint64_t chain8 = chain4 & shifted(chain4, chain4_before, 4);
    // Third digit or later of its group, and ninth byte or later of its chain.
    const std::uint64_t group =
        m.digit & digit1 & shifted(m.digit, digit_before, 2) & chain8 & shifted(chain, chain_before, 8);
    // Six digits in a row are enough for a number with letters around it.
    const std::uint64_t run2 = m.digit & digit1;
    const std::uint64_t run6 = !has_short_runs(Classifier::kWanted) ? 0 : run2 & shifted(run2, run2_before, 2) & shifted(run2, run2_before, 4);
    const std::uint64_t number_end = shifted(group | run6, number_before, 1) & ~m.digit;
    const std::uint64_t phone = m.digit & shifted(m.opening, opening_before, 1);
    digit_before = m.digit;
    chain_before = chain;
    chain2_before = chain2;
    chain4_before = chain4;
    run2_before = run2;
    number_before = group | run6;
    opening_before = m.opening;
    return number_end | phone | m.point;
  };

  static_cast<void>(events_of(Classifier::classify(from - kBlock)));  // only for its history
  std::size_t count = 0;
  const auto write = [&](std::uint64_t events, std::size_t at) __attribute__((always_inline)) {
    // Positions are stored two at a time whether they are there or not: blocks with none, one or two events, which are
    // nearly all, then take the same path, and the branch predictor has nothing to get wrong.
    const auto here = static_cast<unsigned>(std::popcount(events));
    for (unsigned i = 0; i < 2; ++i) {
      positions[count + i] = static_cast<std::uint16_t>(at + static_cast<unsigned>(std::countr_zero(events)));
      events &= events - 1;
    }
    if (here > 2) [[unlikely]] {
      for (unsigned i = 2; i < here; ++i) {
        positions[count + i] = static_cast<std::uint16_t>(at + static_cast<unsigned>(std::countr_zero(events)));
        events &= events - 1;
      }
    }
    count += here;
  };

  std::size_t at = 0;
  for (; at + kBlock <= length; at += kBlock) write(events_of(Classifier::classify(from + at)), at);
  if (const std::size_t left = length - at; left != 0) {
    // What follows the chunk may not be ours to read.
    alignas(64) std::uint8_t copy[kBlockLookBack + kBlock] = {};
    std::memcpy(copy, from + at - kBlockLookBack, kBlockLookBack + left);
    write(events_of(Classifier::classify(copy + kBlockLookBack)) & ((1ULL << left) - 1), at);
  }
  return count;
}

}  // namespace bulkhead::lane
