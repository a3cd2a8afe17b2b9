#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// CQL binary protocol 3 and 4 (Apache Cassandra, native_protocol_v4.spec). Statements, bound values and the columns of
/// rows are fields; what AUTH_RESPONSE gives is a secret. A compressed body is raised and is content as it stands.
Match cassandra_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_cassandra(DecodePool& pool);

}  // namespace bulkhead
