#pragma once

#include <bit>
#include <cstring>

#include "reading/hint_tables.hpp"
#include "reading/hints.hpp"

namespace bulkhead::reading {

/// Bit i stands for byte i of a block.
struct HintMasks {
  std::uint64_t pair;  ///< second byte of a pair of kHintTables
  std::uint64_t run;   ///< byte of a run
  std::uint64_t high;  ///< above 0x7f
};

/// The body of a FindHints, compiled for the CPU of the file that includes it. `Classifier::classify` reads the byte
/// before the block too.
template <class Classifier>
[[gnu::always_inline]] inline std::size_t hint_loop(const std::uint8_t* from, std::size_t length, HintHistory& history,
                                                    std::uint16_t* positions) noexcept {
  // Letters of the block before.
  std::uint64_t last = history.run == 0 ? 0 : ~0ULL << (kHintBlock - history.run);
  std::uint64_t letters_before = 0;
  std::size_t count = 0;
  const auto block = [&](const std::uint8_t* bytes, std::size_t at, std::uint64_t ours) __attribute__((always_inline)) {
    const HintMasks m = Classifier::classify(bytes);
    // Where a run has two, four, eight, sixteen letters, here and at the end of the block before.
    const std::uint64_t of1 = m.run & ours;
    const std::uint64_t last2 = last & last << 1, last4 = last2 & last2 << 2, last8 = last4 & last4 << 4;
    const std::uint64_t of2 = of1 & (of1 << 1 | last >> 63);
    const std::uint64_t of4 = of2 & (of2 << 2 | last2 >> 62);
    const std::uint64_t of8 = of4 & (of4 << 4 | last4 >> 60);
    const std::uint64_t of16 = of8 & (of8 << 8 | last8 >> 56);
    const std::uint64_t told = of16 & ~(of16 << 1 | (last8 & last8 << 8) >> 63);
    letters_before = last;
    last = of1;
    std::uint64_t hints = m.pair | told;
    if (m.high != 0) [[unlikely]] {
      // The byte behind one above 0x7f may be the second of its pair, and so may one itself, behind a digit.
      for (std::uint64_t left = m.high; left != 0; left &= left - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(left));
        if (is_wide_hint(bytes[static_cast<std::ptrdiff_t>(i) - 1], bytes[i])) hints |= 1ULL << i;
      }
    }
    hints &= ours;
    // Most blocks have two or fewer: what is written beyond the count is written over.
    const auto found = static_cast<std::size_t>(std::popcount(hints));
    std::uint64_t left = hints;
    positions[count] = static_cast<std::uint16_t>(at + static_cast<std::size_t>(std::countr_zero(left)));
    left &= left - 1;
    positions[count + 1] = static_cast<std::uint16_t>(at + static_cast<std::size_t>(std::countr_zero(left)));
    for (std::size_t i = 2; i < found; ++i) [[unlikely]] {
      left &= left - 1;
      positions[count + i] = static_cast<std::uint16_t>(at + static_cast<std::size_t>(std::countr_zero(left)));
    }
    count += found;
  };
  // The first block, whose byte before is not in front of it, and what is left at the end come as copies.
  alignas(64) std::uint8_t copy[1 + kHintBlock + 1] = {};
  const auto copied = [&](std::size_t at, std::size_t size) __attribute__((always_inline)) {
    copy[0] = at == 0 ? history.last : from[at - 1];
    std::memset(copy + 1, 0, kHintBlock);
    std::memcpy(copy + 1, from + at, size);
    block(copy + 1, at, size == kHintBlock ? ~0ULL : (1ULL << size) - 1);
  };
  std::size_t at = length < kHintBlock ? length : kHintBlock;
  copied(0, at);
  std::size_t size = at;
  for (; at + kHintBlock <= length; at += kHintBlock) {
    block(from + at, at, ~0ULL);
    size = kHintBlock;
  }
  if (at < length) {
    size = length - at;
    copied(at, size);
  }
  auto run = static_cast<unsigned>(std::countl_one(last << (kHintBlock - size)));
  if (run >= size) run = static_cast<unsigned>(size) + static_cast<unsigned>(std::countl_one(letters_before));
  history.run = static_cast<std::uint8_t>(run < kRunHint ? run : kRunHint);
  history.last = from[length - 1];
  return count;
}

}  // namespace bulkhead::reading
