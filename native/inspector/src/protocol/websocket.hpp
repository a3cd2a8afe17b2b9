#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// WebSocket (RFC 6455) after an HTTP/1 upgrade: frames unmasked, fragments joined, permessage-deflate (RFC 7692)
/// inflated with the window carried from message to message, which also reads messages that do not use it.
Match websocket_client(Bytes first) noexcept;
Match websocket_server(Bytes first) noexcept;
std::unique_ptr<Follower> follow_websocket(DecodePool& pool);

}  // namespace bulkhead
