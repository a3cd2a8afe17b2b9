#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::lane {

inline constexpr std::size_t kBlock = 64;
/// Bytes before a block that classifying it reads: an anchor's first two.
inline constexpr std::size_t kBlockLookBack = 2;

/// The sets of half_bytes.hpp as masks of 64 bytes; bit i stands for byte i.
struct BlockMasks {
  std::uint64_t digit, separator, opening;
  std::uint64_t point;   ///< '@', or the third byte of an anchor: an event by itself
  std::uint64_t letter;  ///< small letters up to 'o'; only where short runs are looked for
};

}  // namespace bulkhead::lane
