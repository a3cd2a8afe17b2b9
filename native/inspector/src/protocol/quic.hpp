#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Whether a datagram flow is QUIC (RFC 9000 17.2, RFC 9369): proven by a client's Initial and a long-header answer
/// that is addressed to the connection id the client chose.
class Quic {
 public:
  /// True once proven.
  bool see(Direction direction, Bytes datagram) noexcept;

 private:
  static constexpr std::uint8_t kLongestId = 20;
  std::array<std::uint8_t, kLongestId> client_id_{};
  std::uint8_t client_id_size_ = 0;
  bool client_seen_ = false;
};

}  // namespace bulkhead
