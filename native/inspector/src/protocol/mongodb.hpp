#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// MongoDB wire protocol (MongoDB manual, "MongoDB Wire Protocol"; BSON 1.1): OP_MSG, OP_QUERY, OP_REPLY, and what
/// OP_COMPRESSED holds with snappy, zlib or zstd. Documents are walked: a value's key is its name, whole numbers are written out in digits.
Match mongodb_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_mongodb(DecodePool& pool);

}  // namespace bulkhead
