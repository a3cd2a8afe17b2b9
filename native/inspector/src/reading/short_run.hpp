#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "bulkhead/bytes.hpp"
#include "bulkhead/scanner.hpp"

namespace bulkhead::reading {

/// Most letters of hex that are decoded on the spot: what they encode is too short to hold text encoded once more.
inline constexpr std::size_t kShortRun = 30;

/// How many of the first bytes are a whole run of hex of at most `most` letters; nothing where it is longer, or where it
/// is not seen to end.
std::optional<std::size_t> short_run_length(Bytes bytes, std::size_t most) noexcept;

/// Whether nothing can be found in what a whole short run of hex encodes. Nearly every number of sixteen to twenty digits
/// is hex of printable characters at one time in twenty, and to open a reading for each costs more than all the rest.
bool holds_nothing(Bytes hex, const std::shared_ptr<const Program>& program, Scratch& scratch) noexcept;

}  // namespace bulkhead::reading
