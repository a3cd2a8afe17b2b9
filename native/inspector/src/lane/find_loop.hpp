#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "lane/find_events.hpp"

namespace bulkhead::lane {
namespace {

// Included by one file for each instruction set, so that no two of them share a function.

/// A mask with the bits of the block before it shifted in: bit i is bit i-count of the byte sequence.
[[gnu::always_inline]] inline std::uint64_t shifted(std::uint64_t now, std::uint64_t before, unsigned count) noexcept {
  return (now << count) | (before >> (64 - count));
}

/// Follows the chains of digits from block to block.
template <Finds Wanted>
class BlockChains {
 public:
  /// The events of the block behind those before.
  [[gnu::always_inline]] inline std::uint64_t next(const BlockMasks& m) noexcept {
    const std::uint64_t digit1 = shifted(m.digit, digit_, 1);
    const std::uint64_t chain = m.digit | (m.separator & digit1);
    const std::uint64_t chain2 = chain & shifted(chain, chain_, 1);
    const std::uint64_t chain4 = chain2 & shifted(chain2, chain2_, 2);
    const std::uint64_t chain8 = chain4 & shifted(chain4, chain4_, 4);
    // Third digit or later of its group, and ninth byte or later of its chain.
    const std::uint64_t group = m.digit & digit1 & shifted(m.digit, digit_, 2) & chain8 & shifted(chain, chain_, 8);
    // Six digits in a row are enough for a number with letters around it.
    const std::uint64_t run2 = m.digit & digit1;
    const std::uint64_t run6 = !has_short_runs(Wanted) ? 0 : run2 & shifted(run2, run2_, 2) & shifted(run2, run2_, 4);
    // Nothing that is looked for ends before a small letter: of JSON full of identifiers, nearly all short runs are within
    // hexadecimal digits.
    const std::uint64_t number_end = (shifted(group, number_, 1) | (shifted(run6, run6_, 1) & ~m.letter)) & ~m.digit;
    const std::uint64_t phone = m.digit & shifted(m.opening, opening_, 1);
    digit_ = m.digit;
    chain_ = chain;
    chain2_ = chain2;
    chain4_ = chain4;
    run2_ = run2;
    number_ = group;
    run6_ = run6;
    opening_ = m.opening;
    return number_end | phone | m.point;
  }

 private:
  std::uint64_t digit_ = 0, chain_ = 0, chain2_ = 0, chain4_ = 0, number_ = 0, run2_ = 0, run6_ = 0,
                opening_ = 0;  // of the block before
};

/// Writes the events of the block at `at`; returns how many. Positions are stored two at a time whether they are there or not:
/// blocks with none, one or two events, which are nearly all, then take the same path, and the branch predictor has nothing to
/// get wrong.
[[gnu::always_inline]] inline std::size_t write_positions(std::uint64_t events, std::size_t at, std::uint16_t* positions) noexcept {
  const auto here = static_cast<unsigned>(std::popcount(events));
  for (unsigned i = 0; i < 2; ++i) {
    positions[i] = static_cast<std::uint16_t>(at + static_cast<unsigned>(std::countr_zero(events)));
    events &= events - 1;
  }
  if (here > 2) [[unlikely]] {
    for (unsigned i = 2; i < here; ++i) {
      positions[i] = static_cast<std::uint16_t>(at + static_cast<unsigned>(std::countr_zero(events)));
      events &= events - 1;
    }
  }
  return here;
}

/// A copy of the first `left` bytes of a block and of those in front: what follows them may not be ours to read.
struct PartBlock {
  alignas(64) std::uint8_t bytes[kBlockLookBack + kBlock] = {};

  [[gnu::always_inline]] inline PartBlock(const std::uint8_t* at, std::size_t left) noexcept {
    std::memcpy(bytes, at - kBlockLookBack, kBlockLookBack + left);
  }
  [[gnu::always_inline]] [[nodiscard]] inline const std::uint8_t* block() const noexcept { return bytes + kBlockLookBack; }
};

/// The body of a FindEvents, compiled for the CPU of the file that includes it.
template <class Classifier>
[[gnu::always_inline]] inline std::size_t find_loop(const std::uint8_t* from, std::size_t length,
                                                    std::uint16_t* positions) noexcept {
  BlockChains<Classifier::kWanted> chains;
  static_cast<void>(chains.next(Classifier::classify(from - kBlock)));  // only for its history
  std::size_t count = 0, at = 0;
  for (; at + kBlock <= length; at += kBlock)
    count += write_positions(chains.next(Classifier::classify(from + at)), at, positions + count);
  if (const std::size_t left = length - at; left != 0) {
    const PartBlock part(from + at, left);
    count += write_positions(chains.next(Classifier::classify(part.block())) & ((1ULL << left) - 1), at, positions + count);
  }
  return count;
}

}  // namespace
}  // namespace bulkhead::lane
