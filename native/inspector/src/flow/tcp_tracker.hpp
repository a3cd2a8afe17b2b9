#pragma once

#include <cstdint>

#include "decode/checksum.hpp"
#include "decode/transport_layer.hpp"
#include "flow/pending_table.hpp"
#include "flow/session_keeper.hpp"

namespace bulkhead {

/// One TCP segment with all that the tracker needs to know about its packet.
struct TcpSegment {
  FlowKey key;
  std::uint64_t hash = 0;
  std::uint64_t time_ns = 0;
  TransportLayer tcp;
  ChecksumState checksum = ChecksumState::valid;
  Origin origin = Origin::in_packet;
};

struct TcpOutcome {
  SessionEntry* entry = nullptr;
  Direction direction = Direction::request;
  Acceptance acceptance = Acceptance::forward;
};

/// Handshakes, resets and the choice of the session a segment belongs to. What a Linux receiver would not take
/// changes nothing here either.
class TcpTracker {
 public:
  TcpTracker(const EngineConfig& config, StreamConsumer& consumer, SessionTable& table, SessionKeeper& keeper,
             TcpReassembly& reassembly)
      : config_(config),
        consumer_(consumer),
        table_(table),
        keeper_(keeper),
        reassembly_(reassembly),
        pending_(config.limits.max_pending) {}

  TcpOutcome process(const TcpSegment& segment) noexcept;
  void expire(std::uint64_t now_ns) noexcept;
  [[nodiscard]] Engine::ResetPoint reset_point(const SessionEntry& entry) const noexcept;
  /// Before a packet that belongs to no TCP session: `reset_point` has no packet to take back then.
  void forget_last() noexcept { last_entry_ = 0; }
  [[nodiscard]] std::uint32_t pending() const noexcept { return pending_.size(); }

 private:
  TcpOutcome process_known(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept;
  TcpOutcome process_new(const TcpSegment& segment) noexcept;
  TcpOutcome process_after_handover(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept;
  TcpOutcome handle_syn(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept;
  TcpOutcome handle_syn_ack(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept;
  TcpOutcome handle_reset(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept;
  TcpOutcome handle_data(SessionEntry& entry, Direction direction, const TcpSegment& segment,
                         std::uint32_t seq) noexcept;
  /// Fixes where a direction begins, when this is the first segment to tell.
  void anchor(SessionEntry& entry, Direction direction, std::uint32_t seq, std::size_t bytes) noexcept;
  bool checksum_acceptable(SessionEntry* entry, Direction direction, const TcpSegment& segment) noexcept;
  bool urgent_acceptable(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept;

  void report_reset_text(SessionEntry* entry, Direction direction, const TcpSegment& segment) noexcept;
  TcpOutcome open_by_syn(const TcpSegment& segment) noexcept;
  TcpOutcome note_syn_ack(const TcpSegment& segment) noexcept;
  SessionEntry* promote(PendingHandshake& pending, const TcpSegment& segment, Direction& direction) noexcept;
  TcpOutcome pick_up_midstream(const TcpSegment& segment, const PendingHandshake* pending) noexcept;
  PendingHandshake* open_pending(const TcpSegment& segment) noexcept;

  TcpOutcome refused(SessionEntry* entry, Direction direction, Exception exception, std::uint64_t bytes) noexcept;
  [[nodiscard]] Acceptance dropped() const noexcept {
    return config_.inline_mode ? Acceptance::drop : Acceptance::forward;
  }

  const EngineConfig& config_;
  StreamConsumer& consumer_;
  SessionTable& table_;
  SessionKeeper& keeper_;
  TcpReassembly& reassembly_;
  PendingTable pending_;
  std::uint32_t last_entry_ = 0;   ///< session of the packet processed last
  Direction last_direction_ = Direction::request;
  std::uint32_t last_expected_ = 0;  ///< what its receiver expected before that packet
};

}  // namespace bulkhead
