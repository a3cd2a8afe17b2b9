#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Whether a session is SSH 2: proven by the banner and the whole key exchange offer of both sides (RFC 4253 4.2, 7.1).
class Ssh {
 public:
  enum class Outcome : std::uint8_t { need_more, proven, not_ssh };
  struct Result {
    Outcome outcome;
    std::size_t taken;
  };

  Result feed(Direction direction, Bytes bytes) noexcept;

 private:
  enum class Phase : std::uint8_t { banner, packet_header, packet, done };
  struct Side {
    Phase phase = Phase::banner;
    std::uint8_t count = 0;
    std::array<std::uint8_t, 8> bytes{};  ///< the start of the banner, then of the packet
    std::uint32_t left = 0;
  };
  /// False when this cannot be SSH.
  static bool step(Side& side, std::uint8_t byte) noexcept;
  static bool banner_step(Side& side, std::uint8_t byte) noexcept;
  static bool header_step(Side& side, std::uint8_t byte) noexcept;

  Side sides_[2];
};

}  // namespace bulkhead
