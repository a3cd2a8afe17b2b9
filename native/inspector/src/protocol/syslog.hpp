#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// syslog over TCP (RFC 6587 with the messages of RFC 5424 and RFC 3164), octet-counted or in lines: a field each.
Match syslog_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_syslog(DecodePool& pool);

/// Reads a datagram that is one message (RFC 5426). False, and nothing said, for any other.
bool read_syslog(Bytes datagram, Origin origin, const Outlet& out) noexcept;

}  // namespace bulkhead
