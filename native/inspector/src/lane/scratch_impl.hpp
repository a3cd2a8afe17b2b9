#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/scanner.hpp"
#include "detect/candidate.hpp"
#include "detect/field_view.hpp"
#include "lane/find_events.hpp"
#include "lane/custom_set.hpp"

namespace bulkhead {

/// Bytes of a field that are kept when a span has been scanned: a waiting candidate may have begun kLookAhead bytes
/// ago, and its judge looks back from there.
inline constexpr std::size_t kTail = detect::kLookBack + detect::kLookAhead;
/// Spans up to this size are copied behind the tail and scanned there; of longer ones only the start is.
inline constexpr std::size_t kWindow = 512;

struct ScratchImpl {
  /// Room in front for the history of the first block, and behind for the zeros that end a field.
  static constexpr std::size_t kFront = lane::kFindLookBack;
  static constexpr std::size_t kBack = detect::kLookAhead + lane::kBlock;
  std::array<std::uint8_t, kFront + kTail + kWindow + kBack> window{};
  detect::Findings found;
  lane::CustomScratch custom;
};

}  // namespace bulkhead
