#pragma once

#include <cstdint>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Whether a datagram flow is WireGuard (whitepaper 5.4): proven by a handshake's first message and an answer that
/// names the index its sender chose. Either side may begin.
class WireGuard {
 public:
  /// Whether a datagram may be part of a handshake: worth a look.
  static bool may_be(Bytes datagram) noexcept;
  /// True once proven.
  bool see(Direction direction, Bytes datagram) noexcept;

 private:
  std::uint32_t index_[2] = {};  ///< that the side chose
  bool begun_[2] = {};
};

}  // namespace bulkhead
