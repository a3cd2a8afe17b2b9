#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// AMQP 0-9-1 (amqp.org). Exchanges and routing keys are topics; a body is one message however its frames are cut, its key
/// the routing key. What PLAIN and AMQPLAIN log in with is a secret.
Match amqp_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_amqp(DecodePool& pool);

}  // namespace bulkhead
