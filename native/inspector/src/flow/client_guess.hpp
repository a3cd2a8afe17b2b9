#pragma once

#include "decode/transport_layer.hpp"

namespace bulkhead {

/// Whether the sender of a session's first seen segment is more likely its client: by the payload where it shows who
/// speaks, else by the ports.
[[nodiscard]] bool sender_is_client(const TransportLayer& tcp) noexcept;

}  // namespace bulkhead
