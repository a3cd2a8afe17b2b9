#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// memcached, text and binary protocol (memcached, protocol.txt and protocol-binary.txt). Keys and values are fields, a
/// value's key is its key.
Match memcached_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_memcached(DecodePool& pool);

}  // namespace bulkhead
