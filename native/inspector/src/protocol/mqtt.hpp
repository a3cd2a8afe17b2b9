#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// MQTT 3.1, 3.1.1 and 5.0 (OASIS). Topics and payloads are fields, a payload's key is its topic; the user name and the
/// password of CONNECT have their roles.
Match mqtt_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_mqtt(DecodePool& pool);

}  // namespace bulkhead
