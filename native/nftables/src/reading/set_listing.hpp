#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bulkhead/set_reading.hpp"

namespace bulkhead::nftables {

/// Adds the elements that count, of what one read brought of the listing with this sequence number. Nothing while there
/// is more to come, 0 at the listing's end, or an errno: what the kernel said, EPROTO where a message does not fit. What
/// was added before stays, at most `kMaxSetElements`.
std::optional<int> take_listing(std::span<const std::uint8_t> bytes, std::uint32_t sequence,
                                std::vector<SetCount>& counts) noexcept;

}  // namespace bulkhead::nftables
