#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bulkhead/bytes.hpp"

namespace bulkhead::reading {

/// Bytes one call looks at, at most: positions fit 16 bits, and their list fits the stack.
inline constexpr std::size_t kHintChunk = 4096;
inline constexpr std::size_t kHintBlock = 64;
/// So many letters of base64 in a row are worth a look: twelve bytes of whatever they encode.
inline constexpr std::size_t kRunHint = 16;
/// The same for hex: nine bytes, the shortest number that a detector knows. Two letters less, and twice as many
/// identifiers of sixteen to twenty digits would be looked at in vain.
inline constexpr std::size_t kHexHint = 18;

/// Positions in a chunk, each list in order. Some of them are nothing; escape_at() and probe_run() have the last word.
struct Hints {
  std::size_t escape_count = 0, run_count = 0;
  /// The second byte of an escape (see escape.hpp) that begins with '%', '\\', '&', '=' or above 0x7f; a '<' or '+' behind
  /// a digit; a NUL behind text.
  std::array<std::uint16_t, kHintChunk> escapes;
  /// The end of kRunHint letters of base64 that may encode text, as far as the top bits of every letter tell, or of kHexHint
  /// of hex; with kPackedRun the end of the first kRunHint letters of what may be compressed data.
  std::array<std::uint16_t, kHintChunk> runs;
};
inline constexpr std::uint16_t kPackedRun = 0x8000;
static_assert(kHintChunk <= kPackedRun);

/// Finds what may tell of an encoding among the bytes of [from, from + length), 0 < length <= kHintChunk. `before` are the
/// last bytes in front of them, kHintBlock or all there are.
using FindHints = void (*)(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept;

void find_hints_scalar(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept;
/// Same hints and a few that are nothing; needs AVX2, BMI and BMI2. Elsewhere than on x86-64 it is the scalar one.
void find_hints_avx2(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept;
/// Same hints as the scalar one; needs what lane::cpu_has_avx512 asks for.
void find_hints_avx512(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept;

/// The fastest one this CPU can run.
FindHints best_find_hints() noexcept;

}  // namespace bulkhead::reading
