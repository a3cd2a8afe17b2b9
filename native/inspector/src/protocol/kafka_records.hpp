#pragma once

#include "codec/decode_pool.hpp"
#include "protocol/scripted.hpp"

namespace bulkhead {

/// The records that one partition of a topic is sent: record batches (message format 2) and message sets (0 and 1),
/// with gzip, snappy, LZ4 or zstd. `in` is inside a frame of their size, its key is the topic.
Script walk_kafka_records(Input& in, DecodePool& pool);

}  // namespace bulkhead
