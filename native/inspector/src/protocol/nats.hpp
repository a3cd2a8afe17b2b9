#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// NATS client protocol (docs.nats.io, "Client Protocol"). Subjects are topics, a payload's key is its subject. What
/// CONNECT gives as password, token or JWT is a secret.
Match nats_server(Bytes first) noexcept;
std::unique_ptr<Follower> follow_nats(DecodePool& pool);

}  // namespace bulkhead
