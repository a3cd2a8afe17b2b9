#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// Tabular Data Stream of SQL Server (MS-TDS), recognised: the payload of packets is joined and is content.
Match tds_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_tds(DecodePool& pool);

}  // namespace bulkhead
