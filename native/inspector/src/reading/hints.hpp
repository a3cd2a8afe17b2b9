#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::reading {

/// Bytes one call looks at, at most: positions fit 16 bits, and their list fits the stack.
inline constexpr std::size_t kHintChunk = 4096;
inline constexpr std::size_t kHintBlock = 64;
/// What find_hints writes at most; more than kHintChunk since it stores ahead of its count.
inline constexpr std::size_t kMaxHints = kHintChunk + kHintBlock;
/// So many letters of base64 or base64url in a row are worth a look: twelve bytes of whatever they encode.
inline constexpr std::size_t kRunHint = 16;

/// What the bytes before a chunk have to say about its first ones.
struct HintHistory {
  std::uint8_t last = 0;  ///< the byte before
  std::uint8_t run = 0;   ///< bytes in a row of a run that ends there, at most kRunHint
};

/// Finds the bytes of [from, from + length), length <= kHintChunk, that may tell of an encoding, writes their positions
/// in order and brings `history` up to the end. Returns how many. Some of them are nothing; escape_at() and
/// Reading have the last word.
///
/// A hint is: the second byte of an escape (see escape.hpp) that begins with '%', '\', '&', '=' or above 0x7f; a '<' or
/// '+' behind a digit; a NUL behind text; the byte that makes a run kRunHint long.
using FindHints = std::size_t (*)(const std::uint8_t* from, std::size_t length, HintHistory& history,
                                  std::uint16_t* positions) noexcept;

std::size_t find_hints_scalar(const std::uint8_t* from, std::size_t length, HintHistory& history,
                              std::uint16_t* positions) noexcept;
/// Same hints and a few that are nothing; needs AVX2, BMI and BMI2. Elsewhere than on x86-64 it is the scalar one.
std::size_t find_hints_avx2(const std::uint8_t* from, std::size_t length, HintHistory& history,
                            std::uint16_t* positions) noexcept;
/// Same hints as the scalar one; needs what lane::cpu_has_avx512 asks for.
std::size_t find_hints_avx512(const std::uint8_t* from, std::size_t length, HintHistory& history,
                              std::uint16_t* positions) noexcept;

/// The fastest one this CPU can run.
FindHints best_find_hints() noexcept;

}  // namespace bulkhead::reading
