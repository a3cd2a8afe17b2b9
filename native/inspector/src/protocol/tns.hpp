#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// Transparent Network Substrate of Oracle, recognised by its connect descriptor: the payload of packets is content.
Match tns_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_tns(DecodePool& pool);

}  // namespace bulkhead
