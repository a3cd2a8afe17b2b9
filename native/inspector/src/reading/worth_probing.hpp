#pragma once

#include "reading/hints.hpp"
#include "reading/run_worth.hpp"

namespace bulkhead::reading {
namespace {

// Included by one file for each instruction set, so that no two of them share a function.

/// Which of 64 letters end kRunHint ones that may encode text: four whole groups of base64, eight of hex, or the zeros of
/// UTF-16.
[[gnu::always_inline]] inline std::uint64_t worth_probing(const LetterFits& fits) noexcept {
  static_assert(kRunHint == 16);
  const std::uint64_t group = fits.first << 3 & fits.second << 2 & fits.third << 1 & fits.letter;
  const std::uint64_t groups = group & group << 4;
  const std::uint64_t pair = fits.hex & (fits.hex & fits.top) << 1;
  const std::uint64_t pairs = pair & pair << 2;
  const std::uint64_t more = pairs & pairs << 4;
  // UTF-16 has a NUL at each second byte, which makes two of eight letters zeros, three apart.
  const std::uint64_t zeros = fits.zero & fits.zero << 3 & ~(fits.zero << 1);
  std::uint64_t run = fits.letter & fits.letter << 1;
  run &= run << 2;
  run &= run << 4;
  run &= run << 8;
  return ((groups & groups << 8) | (more & more << 8) | (zeros & zeros << 8)) & run;
}

/// The body of a DropPlainRuns; `find` is the FindWorth of the same file.
template <typename Find>
[[gnu::always_inline]] inline std::size_t drop_plain_runs(const std::uint8_t* bytes, std::size_t size, std::size_t chunk,
                                                          std::uint16_t* hints, std::size_t count, Find find) noexcept {
  constexpr std::size_t kBefore = kRunHint - 1;
  const auto is_plain = [&](std::size_t from) __attribute__((always_inline)) {
    if (from + kFitLetters > size || may_be_compressed(bytes[from], bytes[from + 1])) return false;
    for (; from + kFitLetters <= size; from += kFitLetters - kBefore) {
      const RunWorth run = find(bytes + from);
      if (run.letter != ~0ULL) {
        const auto length = static_cast<unsigned>(__builtin_ctzll(~run.letter));
        return length >= kBefore && (run.worth & ((1ULL << length) - 1)) == 0;
      }
      if (run.worth != 0) return false;
    }
    return false;
  };
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = chunk + hints[i];
    hints[left] = hints[i];
    left += static_cast<std::size_t>(!(at >= kBefore && is_plain(at - kBefore)));
  }
  return left;
}

}  // namespace
}  // namespace bulkhead::reading
