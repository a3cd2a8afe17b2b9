#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// syslog over TCP (RFC 6587 with the messages of RFC 5424 and RFC 3164), octet-counted or in lines: a field each.
Match syslog_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_syslog(DecodePool& pool);

}  // namespace bulkhead
