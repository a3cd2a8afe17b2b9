#pragma once

#include <immintrin.h>

#include <cstring>

#include "lane/named.hpp"

namespace bulkhead::lane {
namespace {

// Included by one file for each instruction set, inside its own translation unit and with its own `Vector`, so that no
// two of them share a function.

using detect::identity::NumberEnds;
using detect::identity::QuietKeys;

[[gnu::always_inline]] inline __m256i load(const void* p) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
/// Whether the value at `start` has a key that is known to be quiet, and in which slot; QuietKeys::read without a loop.
template <typename Vector>
[[gnu::always_inline]] inline bool is_quiet(const std::uint8_t* start, const QuietKeys& quiet, QuietKeys::Slot& slot) noexcept {
  const __m256i bytes = load(start - 32);
  const std::uint32_t quotes = Vector::where(bytes, '"');
  unsigned at = 31;
  at -= quotes >> at & 1U;
  at -= Vector::where(bytes, ' ') >> at & 1U;
  // The colon, the key's closing quote below it, and the opening one below that.
  const bool key = ((Vector::where(bytes, ':') >> at) & (quotes >> (at - 1)) & 1U) != 0;
  const std::uint32_t below = quotes & ((1U << (at - 1)) - 1);
  const __m256i kept = Vector::keep_last(bytes, 1 + _lzcnt_u32(below | 1U));
  const __m128i upper = _mm256_extracti128_si256(kept, 1);
  const auto third = static_cast<std::uint64_t>(_mm_cvtsi128_si64(upper));
  const auto last = static_cast<std::uint64_t>(_mm_extract_epi64(upper, 1));
  slot = static_cast<QuietKeys::Slot>(((third * 0x9e3779b97f4a7c15ULL ^ last) * 0xd6e8feb86659fd93ULL) >> 57);
  return key & (below != 0) & (Vector::differing(load(quiet.at(slot).words.data()), kept) == 0);
}

/// Whether it has the key of a slot: the same outcome, where it is that key.
template <typename Vector>
[[gnu::always_inline]] inline bool is_behind(const std::uint8_t* start, const QuietKeys& quiet, QuietKeys::Slot slot) noexcept {
  return (Vector::differing(load(quiet.at(slot).words.data()), load(start - 32)) & quiet.mask_at(slot)) == 0;
}

[[gnu::always_inline]] inline unsigned is_within(std::uint8_t byte, char first, char last) noexcept {
  return static_cast<unsigned>(static_cast<std::uint8_t>(byte - first) <= last - first);
}
[[gnu::always_inline]] inline unsigned is_capital(std::uint8_t byte) noexcept { return is_within(byte, 'A', 'Z'); }
[[gnu::always_inline]] inline unsigned is_alnum(std::uint8_t byte) noexcept {
  return is_within(byte | 0x20, 'a', 'z') | is_within(byte, '0', '9');
}
/// As starts_clean has it (detect/boundary.hpp).
[[gnu::always_inline]] inline unsigned joins(std::uint8_t byte) noexcept {
  return static_cast<unsigned>(byte == '+') | is_within(byte, '-', '/');
}

/// Bit 31-k: the byte k+1 places before `at` is no digit.
template <typename Vector>
[[gnu::always_inline]] inline std::uint32_t others_before(const std::uint8_t* at) noexcept {
  return Vector::above(_mm256_sub_epi8(load(at - 32), _mm256_set1_epi8('0')), 9);
}

/// Some number below kEndings for the eight bytes in front of `start`.
[[gnu::always_inline]] inline std::size_t ending_before(const std::uint8_t* start) noexcept {
  static_assert(QuietKeys::kEndings == 256);
  std::uint64_t bytes;
  std::memcpy(&bytes, start - sizeof bytes, sizeof bytes);
  return _mm_crc32_u64(0, bytes) & 0xff;
}

/// What is left of numbers once those behind quiet keys are turned away, and those without a way.
template <typename Vector>
[[gnu::always_inline]] inline std::size_t drop_quiet(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                                     std::uint16_t* named, const NumberEnds& ends, QuietKeys& quiet) noexcept {
  const std::uint8_t* const before = detect::identity::kSurroundedBefore.data();
  const std::uint8_t* const behind = detect::identity::kSurroundedBehind.data();
  const std::uint8_t* const by_length = ends.by_length.data();
  const std::uint32_t* const groups_before = ends.groups_before.data();
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t position = positions[i];
    const std::uint8_t* const at = from + position;
    const std::uint32_t others = others_before<Vector>(at);
    const std::uint32_t digits = _lzcnt_u32(others);
    const std::uint8_t* const start = at - digits;
    const bool alone = (static_cast<unsigned>(digits == kAloneDigits) | is_capital(*at)) != 0;
    if (!alone) [[likely]] {
      const std::size_t ending = ending_before(start);
      if (is_behind<Vector>(start, quiet, quiet.guess(ending))) [[likely]] continue;
      QuietKeys::Slot slot;
      if (is_quiet<Vector>(start, quiet, slot)) {
        quiet.learn(ending, slot);
        continue;
      }
    }
    const unsigned inside = joins(start[-1]) & is_alnum(start[-2]);
    // In 64 bits: up to 32 digits, and one byte more, are shifted out.
    const auto beyond = static_cast<std::uint32_t>(std::uint64_t{others} << (digits + 1));
    const unsigned follows = groups_before[digits] >> _lzcnt_u32(beyond | 1U) & 1U;
    const unsigned ways = by_length[digits] & before[start[-1]] & behind[*at] &
                          ~(inside * (detect::identity::kAloneWithin | detect::identity::kFirstGroup)) &
                          ~((follows ^ 1U) * detect::identity::kBehindGroup);
    named[left] = position;
    left += static_cast<std::size_t>(ways != 0);
  }
  return left;
}

/// In two passes: length and neighbours turn nearly all numbers away, and only what is left is asked for its key.
template <typename Vector>
[[gnu::always_inline]] inline std::size_t select_named_with(const std::uint8_t* from, const std::uint16_t* positions,
                                                            std::size_t count, std::uint16_t* named,
                                                            const NumberEnds& ends, QuietKeys& quiet) noexcept {
  const std::uint8_t* const before = detect::identity::kSurroundedBefore.data();
  const std::uint8_t* const behind = detect::identity::kSurroundedBehind.data();
  const std::uint8_t* const by_length = ends.by_length.data();
  std::size_t fit = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t position = positions[i];
    const std::uint8_t* const at = from + position;
    const std::uint32_t digits = _lzcnt_u32(others_before<Vector>(at));
    const std::uint8_t* const start = at - digits;
    named[fit] = position;
    fit += static_cast<std::size_t>((by_length[digits] & before[start[-1]] & behind[*at]) != 0);
  }
  return drop_quiet<Vector>(from, named, fit, named, ends, quiet);
}

}  // namespace
}  // namespace bulkhead::lane
