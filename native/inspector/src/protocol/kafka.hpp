#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// Kafka (Apache Kafka protocol guide; KIP-98 record batches, KIP-482 flexible versions, KIP-516 topic ids): records of
/// Produce requests and Fetch responses of every version, the topic being their key, and what SASL authenticates with.
/// Everything else a message holds is content as it stands.
Match kafka_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_kafka(DecodePool& pool);

}  // namespace bulkhead
