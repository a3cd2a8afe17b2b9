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
  // Letters in a row up to the block, at most kRunHint. Shifts that take bits from a second word are slow on some
  // processors, so a run that goes on from one block to the next is counted apart.
  unsigned before = history.run;
  std::uint64_t letters = 0;  // of the last block
  unsigned before_last = 0;
  std::size_t count = 0;
  const auto block = [&](const std::uint8_t* bytes, std::size_t at, std::uint64_t ours) __attribute__((always_inline)) {
    const HintMasks m = Classifier::classify(bytes);
    const std::uint64_t r1 = m.run & ours;
    const std::uint64_t r2 = r1 & r1 << 1;
    const std::uint64_t r4 = r2 & r2 << 2;
    const std::uint64_t r8 = r4 & r4 << 4;
    const std::uint64_t r16 = r8 & r8 << 8;
    std::uint64_t told = r16 & ~(r16 << 1);
    if (before != 0 && (r1 & 1) != 0) {
      const auto more = static_cast<unsigned>(std::countr_one(r1));
      told &= ~(1ULL << (kRunHint - 1));
      if (before < kRunHint && before + more >= kRunHint) told |= 1ULL << (kRunHint - 1 - before);
    }
    letters = r1;
    before_last = before;
    const auto ends = static_cast<unsigned>(std::countl_one(r1));
    before = ends < kRunHint ? ends : static_cast<unsigned>(kRunHint);
    std::uint64_t hints = m.pair | told;
    if (m.high != 0) [[unlikely]] {
      // The byte behind one above 0x7f may be the second of its pair, and so may one itself, behind a digit.
      for (std::uint64_t left = m.high; left != 0; left &= left - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(left));
        if (is_wide_hint(bytes[static_cast<std::ptrdiff_t>(i) - 1], bytes[i])) hints |= 1ULL << i;
      }
    }
    hints &= ours;
    while (hints != 0) {
      positions[count++] = static_cast<std::uint16_t>(at + static_cast<std::size_t>(std::countr_zero(hints)));
      hints &= hints - 1;
    }
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
  std::size_t last = at;
  for (; at + kHintBlock <= length; at += kHintBlock) {
    block(from + at, at, ~0ULL);
    last = kHintBlock;
  }
  if (at < length) {
    last = length - at;
    copied(at, last);
  }
  auto run = static_cast<unsigned>(std::countl_one(letters << (kHintBlock - last)));
  if (run >= last) run = static_cast<unsigned>(last) + before_last;
  history.run = static_cast<std::uint8_t>(run < kRunHint ? run : kRunHint);
  history.last = from[length - 1];
  return count;
}

}  // namespace bulkhead::reading
