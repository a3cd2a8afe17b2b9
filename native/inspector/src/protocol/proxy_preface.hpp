#pragma once

#include <memory>

#include "protocol/follower.hpp"
#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): a line or a block in front of a session, in which
/// a load balancer says for whom it connects. What is spoken behind it begins anew, in both directions. The preface is no
/// application data; its bytes are content all the same, since its extensions carry texts.
[[nodiscard]] Match proxy_client(Bytes first) noexcept;
[[nodiscard]] std::unique_ptr<Follower> follow_proxy(DecodePool& pool);

/// Bytes of the block of version 2 that stands in front of a datagram's own content; 0 when none does, or it is cut.
[[nodiscard]] std::size_t proxy_block_of(Bytes datagram) noexcept;

}  // namespace bulkhead
