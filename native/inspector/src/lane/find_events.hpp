#pragma once

#include <cstddef>
#include <cstdint>

#include "lane/block.hpp"
#include "lane/cpu.hpp"

namespace bulkhead::lane {

/// Bytes one call looks at, at most: positions fit 16 bits, and their list fits the stack.
inline constexpr std::size_t kChunk = 4096;
/// What a finder writes at most; more than kChunk since it stores ahead of its count.
inline constexpr std::size_t kMaxEvents = kChunk + 2 * kBlock;
/// Readable bytes a finder needs in front of the chunk.
inline constexpr std::size_t kFindLookBack = kBlock + kBlockLookBack;

/// Finds the bytes of [from, from + length) that are worth a judge's look and writes their positions in order;
/// length <= kChunk. Returns how many.
///
/// An event is: the byte after a group of three or more digits that ends a chain (digits with single separators
/// between) of nine bytes or more, or where short runs are looked for after six digits in a row and not on a small letter up to 'o'; '@'; a digit after
/// '+' or '('; the third byte of an anchor.
/// Whether a byte is one depends on it and the kFindLookBack bytes before it only.
using FindEvents = std::size_t (*)(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept;

/// What a finder looks for beside secrets, mail and long numbers. Six digits in a row are enough for some identity numbers with
/// letters around them: of JSON full of identifiers they make a quarter more events. Names, records and wallets occur in text
/// that holds no secret. Each is left out where no sensor wants any of it.
enum class Finds : std::uint8_t { secrets = 0, short_runs_too = 1, names_too = 2, all = 3 };

constexpr bool has_short_runs(Finds finds) noexcept { return (static_cast<unsigned>(finds) & 1U) != 0; }
constexpr bool has_names(Finds finds) noexcept { return (static_cast<unsigned>(finds) & 2U) != 0; }
constexpr Finds finds_of(bool short_runs, bool names) noexcept {
  return static_cast<Finds>((short_runs ? 1U : 0U) | (names ? 2U : 0U));
}

template <Finds>
std::size_t find_events_scalar(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept;
/// Same events; needs AVX2, BMI and BMI2. Elsewhere than on x86-64 it is the scalar one.
template <Finds>
std::size_t find_events_avx2(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept;
/// Same events; needs what cpu_has_avx512 asks for. Elsewhere than on x86-64 it is the scalar one.
template <Finds>
std::size_t find_events_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept;

/// The fastest one this CPU can run.
FindEvents best_find_events(Finds wanted) noexcept;

}  // namespace bulkhead::lane
