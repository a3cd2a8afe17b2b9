#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// StatsD (statsd docs/metric_types.md) and what DogStatsD adds (tags, events, service checks): names, values and tags of
/// metrics, by line.
Match statsd_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_statsd(DecodePool& pool);

/// Reads a datagram whose first line is a metric. False, and nothing said, for any other.
bool read_statsd(Bytes datagram, Origin origin, const Outlet& out) noexcept;

}  // namespace bulkhead
