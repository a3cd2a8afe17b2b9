#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// Redis serialization protocol, versions 2 and 3 (redis.io, "Redis serialization protocol specification").
///
/// Client: the command, then each argument as a field; an argument's key is the entry it goes to. What AUTH and HELLO
/// give is credentials. Inline commands are a field each. Server: each string of a reply, however nested, is a field.
Match redis_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_redis(DecodePool& pool);

}  // namespace bulkhead
