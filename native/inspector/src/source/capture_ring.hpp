#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "bulkhead/engine.hpp"

namespace bulkhead {

/// The most recent packets as they came, so that a session's past is at hand when it turns out to matter. Bounded by
/// its bytes: the oldest packets go first.
class CaptureRing {
 public:
  explicit CaptureRing(std::size_t bytes) : storage_(bytes) {}

  /// Keeps a copy; a packet larger than the ring is not kept. Call before the packet may be overwritten.
  void keep(const RawPacket& packet) noexcept;
  /// Says which session the packet kept last belongs to.
  void attribute(std::uint64_t session) noexcept;
  /// A pcapng file of the kept packets of one session, oldest first; empty when none is left. Packets of no session
  /// between the same ends are its handshake: they came before there was a session.
  [[nodiscard]] std::vector<std::uint8_t> session_pcapng(const SessionView& session) const;

 private:
  struct Kept {
    std::size_t offset;
    std::uint32_t length;
    std::uint32_t wire_length;
    std::uint64_t time_ns;
    std::uint64_t session;  ///< 0: of none
    std::uint32_t tenant;
    LinkType link;
  };

  [[nodiscard]] RawPacket packet_of(const Kept& kept) const noexcept;

  std::vector<std::uint8_t> storage_;
  std::size_t head_ = 0;  ///< where the next packet goes
  bool attributable_ = false;  ///< the packet given last is the one at the back
  std::deque<Kept> packets_;
};

}  // namespace bulkhead
