#pragma once

#include "codec/field_writer.hpp"

namespace bulkhead {

/// Reads one datagram as what its own bytes prove it to be, into fields: DNS, syslog, StatsD; anything else is content
/// as it stands, and so is the block that a balancer put in front of it (the PROXY protocol). The protocol that it was.
Protocol read_datagram(Bytes datagram, Origin origin, const Outlet& out) noexcept;

}  // namespace bulkhead
