#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bulkhead/command_run.hpp"

namespace bulkhead::nftables {

/// What one read from a log socket may bring at most: several messages, each with a packet.
inline constexpr std::size_t kMaxLogBytes = std::size_t{64} << 10;

struct LogRequest {
  std::string namespace_path;  ///< as in CommandRun
  std::uint16_t group = 0;     ///< the number that log rules name
  std::uint32_t max_packet_bytes = 0;
};

struct LogOpening {
  int fd = -1;  ///< the caller closes it; -1 when there is an error
  Outcome outcome = Outcome::kDone;
  std::string error;
};

/// Opens a socket that gets what the log rules of a namespace say, each packet at once. It does not block on reading.
/// Refused when somebody else reads the same group there.
LogOpening open_log_socket(const LogRequest& request) noexcept;

/// One packet that a log rule told of, as far as it was asked for.
struct LoggedPacket {
  std::string_view prefix;
  std::span<const std::uint8_t> packet;  ///< from its network header on
};

using LogVisit = void (*)(void* argument, const LoggedPacket& logged) noexcept;

/// Visits the packets in what was read from a log socket. Stops at the first message that does not fit.
void each_logged_packet(std::span<const std::uint8_t> bytes, LogVisit visit, void* argument) noexcept;

}  // namespace bulkhead::nftables
