#pragma once

#include <cstdint>
#include <memory>

#include "bulkhead/engine.hpp"
#include "flow/stream_consumer.hpp"

namespace bulkhead {

/// From raw packets to ordered payload: link and network decoding, fragments, flow table, TCP reassembly.
///
/// Inline (EngineConfig::inline_mode) it also normalises: first bytes accepted win, a packet that differs from what
/// was accepted, fails its checksum, or would not be accepted by a Linux receiver is answered with `drop`.
class Flows {
 public:
  struct Handling {
    Session* session = nullptr;  ///< null: not attributable (or not yet: a fragment that waits for its rest)
    Direction direction = Direction::request;
    bool drop = false;           ///< inline: must not be forwarded
    std::size_t l3_offset = 0;   ///< where the (innermost decoded) IP header starts in RawPacket::data
    std::size_t l4_offset = 0;   ///< where the transport header starts; 0 when there is none in this packet
    bool v6 = false;
  };

  Flows(const EngineConfig& config, StreamConsumer& consumer);
  ~Flows();

  /// Decodes one packet and delivers what it completes to the consumer before it returns. What was delivered counts as
  /// forwarded: a caller that drops the packet all the same must block its session, or the retransmission passes.
  /// A session that the packet ended gets its `on_close` at the next call, so that the packet can still be judged.
  Handling process(const RawPacket& packet) noexcept;
  /// Ends sessions, handshakes and fragments that were idle too long. About once a second.
  void expire(std::uint64_t now_ns) noexcept;
  void finish() noexcept;  ///< ends and closes every session
  [[nodiscard]] std::size_t active_sessions() const noexcept;
  [[nodiscard]] std::uint64_t sessions_opened() const noexcept;
  /// Next sequence number each side expects from the other, for resets. `known` false for non-TCP.
  [[nodiscard]] Engine::ResetPoint reset_point(const Session& session) const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulkhead
