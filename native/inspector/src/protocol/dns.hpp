#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// DNS (RFC 1035, 3596, 6891, 6762): over TCP, and what a datagram holds. Names are fields, with the labels in front of
/// the last two also joined as one text, since that is how data leaves in them; texts are joined from their strings;
/// the data of other records is content as it stands.
Match dns_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_dns(DecodePool& pool);

/// Reads a datagram that is a whole DNS message. False, and nothing said, for any other.
bool read_dns(Bytes datagram, Origin origin, const Outlet& out) noexcept;

}  // namespace bulkhead
