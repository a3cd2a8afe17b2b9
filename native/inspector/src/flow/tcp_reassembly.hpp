#pragma once

#include <cstdint>

#include "flow/block_budget.hpp"
#include "flow/session_entry.hpp"

namespace bulkhead {

/// The part of a TCP segment that belongs to the byte stream.
struct StreamPiece {
  std::uint32_t seq = 0;
  Bytes payload;
  std::size_t missing = 0;  ///< bytes after `payload` that the capture cut off
  bool fin = false;
  Origin origin = Origin::in_packet;
};

/// What becomes of the packet that carried a piece.
enum class Acceptance : std::uint8_t {
  forward,
  drop,  ///< inline only
};

/// Turns segments into the byte stream of each direction. The first bytes accepted for a sequence number win.
///
/// An acknowledgement of bytes that were not seen turns a hole into a gap, and so does the end of the session. Else
/// inline a hole is waited for: what lies beyond it is buffered and forwarded, since the receiver cannot use it before
/// the filler, and beyond the limits it is dropped, since the sender will repeat it. What fills a hole after it was
/// given up is dropped. Offline nobody repeats anything, and a full buffer turns the hole into a gap.
class TcpReassembly {
 public:
  TcpReassembly(const EngineConfig& config, StreamConsumer& consumer, BlockBudget& budget) noexcept
      : config_(config), consumer_(consumer), budget_(budget) {}

  Acceptance accept(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept {
    TcpSide& side = entry.side(direction);
    if (piece.seq == side.next && side.ahead.empty() && !side.fin_known && piece.missing == 0) [[likely]] {
      deliver_in_order(entry, direction, piece.payload, piece.origin);
      if (piece.fin) note_fin(entry, direction, side.next);
      return Acceptance::forward;
    }
    return accept_out_of_order(entry, direction, piece);
  }

  /// For a stream that is over: judges a piece that can only repeat it, and delivers nothing.
  Acceptance accept_repeated(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept {
    return check_repeated(entry, direction, piece);
  }
  /// The receiver of `direction` acknowledges everything before `ack`.
  void acknowledge(SessionEntry& entry, Direction direction, std::uint32_t ack) noexcept;
  /// Delivers what waits for a hole that will not be filled any more.
  void flush(SessionEntry& entry, Direction direction) noexcept;
  /// Ends the direction, once.
  void end(SessionEntry& entry, Direction direction) noexcept;
  /// Frees everything kept for the session.
  void release(SessionEntry& entry) noexcept;

 private:
  void deliver_in_order(SessionEntry& entry, Direction direction, Bytes bytes, Origin origin) noexcept;
  Acceptance accept_out_of_order(SessionEntry& entry, Direction direction, StreamPiece piece) noexcept;
  /// Cuts a piece at the known end of the stream. False when nothing may be done with it.
  bool respects_fin(SessionEntry& entry, Direction direction, StreamPiece& piece) noexcept;
  Acceptance check_repeated(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept;
  bool unverifiable(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept;
  enum class Hole : std::uint8_t { closed, buffered, refused };
  Hole handle_hole(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept;
  void deliver_around_buffered(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept;
  void drain(SessionEntry& entry, Direction direction) noexcept;
  void skip_to(SessionEntry& entry, Direction direction, std::uint32_t seq) noexcept;
  void retain(SessionEntry& entry, Direction direction, std::uint32_t seq, Bytes bytes) noexcept;
  void drop_acknowledged(TcpSide& side) noexcept;
  void note_fin(SessionEntry& entry, Direction direction, std::uint32_t fin) noexcept;
  void end_at_fin(SessionEntry& entry, Direction direction) noexcept;
  [[nodiscard]] std::uint32_t first_ahead(const TcpSide& side) noexcept { return budget_.pool()[side.ahead.head].seq; }

  const EngineConfig& config_;
  StreamConsumer& consumer_;
  BlockBudget& budget_;
};

}  // namespace bulkhead
