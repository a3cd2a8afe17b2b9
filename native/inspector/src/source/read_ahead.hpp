#pragma once

#include <algorithm>
#include <cstddef>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Asks for the memory of a packet that is inspected soon, its beginning at least: while one packet is inspected the next comes
/// into the caches. The processor itself does that only within a page, and not across what lies between packets.
inline void read_ahead(Bytes packet) noexcept {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kMost = 2'048;  // what is asked for at once has to be waited for as well
  const std::size_t size = std::min(packet.size(), kMost);
  for (std::size_t at = 0; at < size; at += kLine) __builtin_prefetch(packet.data() + at, 0, 3);
}

}  // namespace bulkhead
