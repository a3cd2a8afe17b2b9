#pragma once

#include <cstdint>

#include "flow/block_chain.hpp"
#include "flow/flow_key.hpp"
#include "flow/stream_consumer.hpp"

namespace bulkhead {

/// Which list of the table an entry waits in: sessions of one class share an idle timeout, and classes are evicted
/// in this order when the table is full, so that a flood of cheap sessions never costs a live one.
enum class SessionClass : std::uint8_t {
  closed,     ///< both directions ended: kept to recognise late retransmissions
  half_open,  ///< opened by data on a SYN that nobody answered yet
  resetting,  ///< a reset was seen; ends unless data goes on
  offloaded,
  datagram,
  ending,     ///< blocked; or offloaded and finishing
  open,
};
inline constexpr std::size_t kSessionClasses = 7;

/// What is known of the checksums that the sender of a direction writes.
enum class ChecksumHabit : std::uint8_t { unknown, written, left_to_card };

/// The largest window TCP can advertise (RFC 7323 2.3): an acknowledgement further ahead is no evidence, and bytes further
/// back than that are acknowledged, whether or not that was seen.
inline constexpr std::uint32_t kMaxWindow = 1U << 30;

/// What the sender of one direction of a TCP session has sent, as far as it was accepted.
struct TcpSide {
  std::uint32_t next = 0;   ///< sequence number of the next byte to deliver
  std::uint32_t acked = 0;  ///< highest acknowledgement that came from the receiver
  std::uint32_t isn = 0;
  std::uint32_t skipped_to = 0;   ///< end of the last hole that was given up
  std::uint32_t refused_at = 0;   ///< milliseconds when a packet beyond the present hole was first refused; 0: not yet
  std::uint32_t fin = 0;    ///< sequence number of the FIN, when `fin_known`
  BlockChain retained;      ///< delivered, not known to be acknowledged: what a retransmission is compared with
  BlockChain ahead;         ///< accepted beyond a hole
  bool started = false;     ///< `next` means something
  bool guessed = false;     ///< `next` was taken from the other side's acknowledgement: no segment confirmed it yet
  bool fin_known = false;
  bool ended = false;       ///< on_stream_end was called
  bool skipped = false;     ///< `skipped_to` means something
  bool far = false;         ///< the beginning is further back than a window: `isn` tells nothing of bytes any more
  ChecksumHabit checksums = ChecksumHabit::unknown;

  /// The side's first sequence number is known: its stream begins behind it.
  void start(std::uint32_t initial) noexcept {
    started = true;
    far = false;
    isn = initial;
    next = initial + 1;
    acked = initial + 1;
  }

  /// The stream is taken in up to `seq`, less than 2 GiB on. Numbers are told apart only within half of their space, so
  /// what lies further back than a window does not stay behind: pure acknowledgements, for one, are never seen inline.
  void advance(std::uint32_t seq) noexcept {
    const std::int64_t unacknowledged = std::int64_t{static_cast<std::int32_t>(next - acked)} + (seq - next);
    if (unacknowledged > std::int64_t{kMaxWindow}) acked = seq - kMaxWindow;
    far = far || seq - isn > kMaxWindow;
    skipped = skipped && seq - skipped_to < kMaxWindow;
    next = seq;
  }

  [[nodiscard]] std::uint32_t expected() const noexcept { return next + (ended && fin_known ? 1U : 0U); }
};

struct SessionEntry final : Session {
  std::uint64_t hash = 0;
  std::uint64_t seen_ns = 0;    ///< time of the last packet
  std::uint64_t listed_ns = 0;  ///< time when it was last moved to the front of its list
  std::uint32_t vlan = 0;
  std::uint32_t index = 0;
  std::uint32_t chain_next = 0;
  std::uint32_t newer = 0, older = 0;
  SessionClass session_class = SessionClass::open;
  bool handed_over = false;  ///< the consumer was told on_close: only the table still knows it
  bool settled = false;      ///< what a disposition other than inspect asks for was done
  TcpSide sides[2];

  [[nodiscard]] bool is_tcp() const noexcept { return view.ip_protocol == 6; }
  [[nodiscard]] TcpSide& side(Direction direction) noexcept { return sides[index_of(direction)]; }
  [[nodiscard]] const TcpSide& side(Direction direction) const noexcept { return sides[index_of(direction)]; }
  [[nodiscard]] std::uint32_t blocks() const noexcept {
    return sides[0].retained.count + sides[0].ahead.count + sides[1].retained.count + sides[1].ahead.count;
  }
};

}  // namespace bulkhead
