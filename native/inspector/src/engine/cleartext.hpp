#pragma once

#include "bulkhead/detection.hpp"
#include "protocol/conversation.hpp"

namespace bulkhead {

/// The finding that a session carries application data in clear. It has no datum: what it shows is what is spoken.
[[nodiscard]] Detection cleartext_detection(const Exposure& exposure) noexcept;

}  // namespace bulkhead
