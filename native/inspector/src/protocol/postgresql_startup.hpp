#pragma once

#include <cstdint>

namespace bulkhead {

/// What stands for the version in a first message that asks for something else than a session.
inline constexpr std::uint32_t kPostgresCancel = 80877102, kPostgresSsl = 80877103, kPostgresGssEncryption = 80877104;
/// MAX_STARTUP_PACKET_LENGTH of the server.
inline constexpr std::uint32_t kPostgresLongestStartup = 10'000;

}  // namespace bulkhead
