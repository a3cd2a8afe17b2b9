#pragma once

#include <algorithm>
#include <bit>
#include <cstring>

#include "reading/hint_tables.hpp"
#include "reading/hints.hpp"
#include "reading/run_chains.hpp"

namespace bulkhead::reading {
namespace {

// Included by one file for each instruction set, so that no two of them share a function.

/// Bit i stands for byte i of a block.
struct HintMasks {
  std::uint64_t pair;  ///< second byte of a pair of kHintTables or kWideTables
  RunMasks<std::uint64_t> run;
};

[[gnu::always_inline]] inline void write_escapes(std::uint64_t bits, std::size_t at, Hints& hints) noexcept {
  for (; bits != 0; bits &= bits - 1)
    hints.escapes[hints.escape_count++] = static_cast<std::uint16_t>(at + static_cast<std::size_t>(std::countr_zero(bits)));
}

[[gnu::always_inline]] inline void write_runs(RunEnds<std::uint64_t> ends, std::size_t at, Hints& hints) noexcept {
  for (std::uint64_t left = ends.text | ends.packed; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const std::uint16_t packed = (ends.text >> i & 1) != 0 ? std::uint16_t{0} : kPackedRun;
    hints.runs[hints.run_count++] = static_cast<std::uint16_t>((at + i) | packed);
  }
}

/// The body of a FindHints, compiled for the CPU of the file that includes it. `Classifier::classify` reads the byte
/// before the block too.
template <class Classifier>
[[gnu::always_inline]] inline void hint_loop(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  RunChains<OneBlock> chains;
  hints.escape_count = hints.run_count = 0;
  const auto block = [&](const std::uint8_t* bytes, std::size_t at, std::uint64_t ours) __attribute__((always_inline)) {
    const HintMasks m = Classifier::classify(bytes);
    write_escapes(m.pair & ours, at, hints);
    const RunEnds<std::uint64_t> ends = chains.next(m.run);
    write_runs({ends.text & ours, ends.packed & ours}, at, hints);
  };
  // The first block, the one before it, and what is left at the end come as copies.
  alignas(64) std::uint8_t copy[1 + 2 * kHintBlock] = {};
  std::uint8_t* const first = copy + 1 + kHintBlock;
  const auto copied = [&](std::size_t at, std::size_t size) __attribute__((always_inline)) {
    std::memcpy(first, from + at, size);
    block(first, at, size == kHintBlock ? ~0ULL : (1ULL << size) - 1);
  };
  const std::size_t known = std::min(before.size(), kHintBlock);
  if (known > 0) {
    std::memcpy(first - known, before.data() + before.size() - known, known);
    block(first - kHintBlock, 0, 0);
  }
  std::size_t at = std::min(length, kHintBlock);
  copied(0, at);
  for (; at + kHintBlock <= length; at += kHintBlock) block(from + at, at, ~0ULL);
  if (at == length) return;
  first[-1] = from[at - 1];
  std::memset(first, 0, kHintBlock);
  copied(at, length - at);
}

}  // namespace
}  // namespace bulkhead::reading
