#pragma once

#include <cstdint>

#include "bulkhead/engine.hpp"

namespace bulkhead {

// Bits of the packet mark, agreed with the rules that native/nftables puts in place. Other bits are never changed.
inline constexpr std::uint32_t kMarkInspect = 0x0100'0000;  ///< set by a rule: this packet goes to the queue
inline constexpr std::uint32_t kMarkPass = 0x0200'0000;     ///< set by us: the session is encrypted, never queue it again
inline constexpr std::uint32_t kMarkBlock = 0x0400'0000;    ///< set by us: a later rule rejects and remembers it
inline constexpr std::uint32_t kMarkOwn = 0x0800'0000;      ///< on packets we send ourselves: no rule touches them

/// The mark an accepted packet leaves the queue with.
[[nodiscard]] constexpr std::uint32_t mark_after(std::uint32_t mark, Action action) noexcept {
  mark &= ~kMarkInspect;
  if (action == Action::offload) mark |= kMarkPass;
  if (action == Action::reset) mark |= kMarkBlock;
  return mark;
}

}  // namespace bulkhead
