#include "flow/tcp_reassembly.hpp"

namespace bulkhead {
namespace {

/// Blocks of acknowledged bytes that stay comparable inline: the acknowledgement may be lost on its way, or forged to
/// make room for a repetition with other bytes.
constexpr std::uint32_t kAcknowledgedBlocks = 4;

/// How long a sender has to repeat what is missing, once packets beyond the hole are refused. A sender that was not
/// heard by then will not repeat it: the bytes went past the inspector (a queue that overran and was bypassed).
constexpr std::uint32_t kHolePatienceMs = 10'000;

constexpr std::uint32_t length_of(Bytes bytes) noexcept { return static_cast<std::uint32_t>(bytes.size()); }

/// Milliseconds of the packet under way, never 0.
std::uint32_t now_ms(const SessionEntry& entry) noexcept {
  return static_cast<std::uint32_t>(entry.seen_ns / 1'000'000) | 1U;
}

bool inspected(const SessionEntry& entry) noexcept { return entry.disposition == Disposition::inspect; }

}  // namespace

void TcpReassembly::retain(SessionEntry& entry, Direction direction, std::uint32_t seq, Bytes bytes) noexcept {
  if (!budget_.reserve(entry, bytes.size())) return;
  append(entry.side(direction).retained, budget_.pool(),
         {entry.index, static_cast<std::uint8_t>(index_of(direction))}, seq, bytes);
}

void TcpReassembly::deliver_in_order(SessionEntry& entry, Direction direction, Bytes bytes, Origin origin) noexcept {
  if (bytes.empty()) return;
  TcpSide& side = entry.side(direction);
  retain(entry, direction, side.next, bytes);
  side.advance(side.next + length_of(bytes));
  consumer_.on_stream(entry, direction, bytes, origin);
}

Acceptance TcpReassembly::accept_out_of_order(SessionEntry& entry, Direction direction, StreamPiece piece) noexcept {
  TcpSide& side = entry.side(direction);
  if (!respects_fin(entry, direction, piece)) return config_.inline_mode ? Acceptance::drop : Acceptance::forward;
  if (check_repeated(entry, direction, piece) == Acceptance::drop) return Acceptance::drop;

  const std::uint32_t end = piece.seq + length_of(piece.payload);
  const Hole hole = handle_hole(entry, direction, piece);
  if (hole == Hole::refused) return Acceptance::drop;
  if (hole == Hole::closed) {
    deliver_around_buffered(entry, direction, piece);
    if (piece.missing > 0 && side.next == end && inspected(entry))
      skip_to(entry, direction, end + static_cast<std::uint32_t>(piece.missing));
  }
  if (piece.fin) note_fin(entry, direction, end + static_cast<std::uint32_t>(piece.missing));
  end_at_fin(entry, direction);
  return Acceptance::forward;
}

bool TcpReassembly::respects_fin(SessionEntry& entry, Direction direction, StreamPiece& piece) noexcept {
  const TcpSide& side = entry.side(direction);
  const std::uint32_t end = piece.seq + length_of(piece.payload) + static_cast<std::uint32_t>(piece.missing);
  if (!side.fin_known) {
    if (!piece.fin || side.ahead.empty() || !before(end, budget_.pool()[side.ahead.tail].end())) return true;
    // An end before data that was accepted first: one of the two is a forgery, and what came first stays.
    consumer_.on_exception(&entry, direction, Exception::bad_reset, 0);
    piece.fin = false;
    return !config_.inline_mode;
  }
  if (!before(side.fin, end)) {
    if (!piece.fin || end == side.fin) return true;
    consumer_.on_exception(&entry, direction, Exception::bad_reset, 0);
    return false;
  }
  // Data beyond the end: no receiver takes it, unless the FIN was the forgery.
  consumer_.on_exception(&entry, direction, Exception::bad_reset, end - later(side.fin, piece.seq));
  if (config_.inline_mode || !before(piece.seq, side.fin)) return false;
  const std::uint32_t allowed = side.fin - piece.seq;
  if (piece.payload.size() > allowed) piece.payload = piece.payload.first(allowed);
  piece.missing = 0;
  piece.fin = false;
  return true;
}

Acceptance TcpReassembly::check_repeated(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept {
  TcpSide& side = entry.side(direction);
  BlockPool& pool = budget_.pool();
  const Comparison delivered = compare(side.retained, pool, piece.seq, piece.payload);
  const Comparison waiting = compare(side.ahead, pool, piece.seq, piece.payload);
  if (unverifiable(entry, direction, piece)) return Acceptance::drop;
  if (!delivered.differs && !waiting.differs) return Acceptance::forward;
  consumer_.on_exception(&entry, direction, Exception::overlap, delivered.compared + waiting.compared);
  return config_.inline_mode ? Acceptance::drop : Acceptance::forward;
}

bool TcpReassembly::unverifiable(SessionEntry& entry, Direction direction, const StreamPiece& piece) noexcept {
  if (!config_.inline_mode) return false;
  TcpSide& side = entry.side(direction);
  const std::uint32_t from = side.far ? piece.seq : later(piece.seq, side.isn + 1);
  const std::uint32_t to = earlier(piece.seq + length_of(piece.payload), side.next);
  if (!before(from, to)) return false;
  const Bytes repeated = piece.payload.subspan(from - piece.seq, to - from);
  const std::uint32_t known = compare(side.retained, budget_.pool(), from, repeated).compared;
  if (known == length_of(repeated)) return false;
  // The receiver may still lack these bytes, and what was inspected in their place is forgotten. (An acknowledgement
  // would say that it has them, but anyone who can send in its name can write one.)
  consumer_.on_exception(&entry, direction, Exception::memory_cap, length_of(repeated) - known);
  // What was never seen because its hole was given up may not come later and unseen.
  const bool fills_skipped = side.skipped && before(from, side.skipped_to);
  return fills_skipped || config_.exceptions.of(Exception::memory_cap) == ExceptionPolicy::block;
}

TcpReassembly::Hole TcpReassembly::handle_hole(SessionEntry& entry, Direction direction,
                                               const StreamPiece& piece) noexcept {
  TcpSide& side = entry.side(direction);
  BlockPool& pool = budget_.pool();
  // Each turn either returns or closes the hole in front of at least one buffered block or of the piece itself.
  while (before(side.next, piece.seq) && inspected(entry)) {
    if (piece.payload.empty()) return Hole::buffered;
    const std::uint32_t next_known = side.ahead.empty() ? piece.seq : earlier(piece.seq, first_ahead(side));
    if (before(side.next, side.acked)) {
      skip_to(entry, direction, earlier(side.acked, next_known));
      continue;
    }
    if (budget_.reserve(entry, piece.payload.size()) &&
        insert_missing(side.ahead, pool, {entry.index, static_cast<std::uint8_t>(index_of(direction))}, piece.seq,
                       piece.payload) == piece.payload.size())
      return Hole::buffered;
    if (config_.inline_mode && config_.exceptions.of(Exception::gap) != ExceptionPolicy::pass) {
      const std::uint32_t now = now_ms(entry);
      if (side.refused_at == 0) {
        side.refused_at = now;
        consumer_.on_exception(&entry, direction, Exception::memory_cap, 0);
      }
      if (now - side.refused_at < kHolePatienceMs) return Hole::refused;
    }
    skip_to(entry, direction, side.ahead.empty() ? piece.seq : earlier(piece.seq, first_ahead(side)));
  }
  return Hole::closed;
}

void TcpReassembly::deliver_around_buffered(SessionEntry& entry, Direction direction,
                                            const StreamPiece& piece) noexcept {
  TcpSide& side = entry.side(direction);
  const std::uint32_t end = piece.seq + length_of(piece.payload);
  while (inspected(entry)) {
    drain(entry, direction);
    if (!before(side.next, end) || !inspected(entry)) return;
    const std::uint32_t stop = side.ahead.empty() ? end : earlier(end, first_ahead(side));
    const Bytes fresh = piece.payload.subspan(side.next - piece.seq, stop - side.next);
    deliver_in_order(entry, direction, fresh, piece.origin);
  }
}

void TcpReassembly::drain(SessionEntry& entry, Direction direction) noexcept {
  TcpSide& side = entry.side(direction);
  BlockPool& pool = budget_.pool();
  while (!side.ahead.empty() && !before(side.next, first_ahead(side)) && inspected(entry)) {
    const std::uint32_t index = unlink_head(side.ahead, pool);
    Block& block = pool[index];
    const std::uint32_t known = side.next - block.seq;
    side.refused_at = 0;
    if (known >= block.length) {
      pool.release(index);
      continue;
    }
    side.advance(block.end());
    consumer_.on_stream(entry, direction, block.bytes().subspan(known), Origin::decoded);
    link_tail(side.retained, pool, index);
  }
}

void TcpReassembly::skip_to(SessionEntry& entry, Direction direction, std::uint32_t seq) noexcept {
  TcpSide& side = entry.side(direction);
  const std::uint32_t bytes = seq - side.next;
  side.advance(seq);
  side.refused_at = 0;
  side.skipped = true;
  side.skipped_to = seq;
  consumer_.on_gap(entry, direction, bytes);
  drain(entry, direction);
}

void TcpReassembly::drop_acknowledged(TcpSide& side) noexcept {
  BlockPool& pool = budget_.pool();
  const std::uint32_t until = earlier(side.acked, side.next);
  const std::uint32_t kept = config_.inline_mode ? kAcknowledgedBlocks : 0;
  while (side.retained.count > kept && !before(until, pool[side.retained.head].end())) drop_head(side.retained, pool);
}

void TcpReassembly::acknowledge(SessionEntry& entry, Direction direction, std::uint32_t ack) noexcept {
  TcpSide& side = entry.side(direction);
  // Only within a window on either side of where the stream is: what lies beyond could as well stand for a number behind it.
  if (!side.started || !before(side.acked, ack) || ack - (side.next - kMaxWindow) > 2 * kMaxWindow) return;
  side.acked = ack;
  drop_acknowledged(side);
  if (!inspected(entry)) return;
  while (before(side.next, ack) && inspected(entry)) {
    if (!side.ahead.empty())
      skip_to(entry, direction, earlier(ack, first_ahead(side)));
    else if (side.fin_known && !side.ended && before(side.next, side.fin))
      skip_to(entry, direction, earlier(ack, side.fin));
    else
      break;
  }
  end_at_fin(entry, direction);
}

void TcpReassembly::flush(SessionEntry& entry, Direction direction) noexcept {
  TcpSide& side = entry.side(direction);
  while (!side.ahead.empty() && inspected(entry)) skip_to(entry, direction, first_ahead(side));
  if (side.fin_known && !side.ended && before(side.next, side.fin) && inspected(entry))
    skip_to(entry, direction, side.fin);
  end_at_fin(entry, direction);
}

void TcpReassembly::end(SessionEntry& entry, Direction direction) noexcept {
  TcpSide& side = entry.side(direction);
  if (side.ended) return;
  side.ended = true;
  consumer_.on_stream_end(entry, direction);
}

void TcpReassembly::release(SessionEntry& entry) noexcept {
  for (TcpSide& side : entry.sides) {
    clear(side.retained, budget_.pool());
    clear(side.ahead, budget_.pool());
  }
}

void TcpReassembly::note_fin(SessionEntry& entry, Direction direction, std::uint32_t fin) noexcept {
  TcpSide& side = entry.side(direction);
  if (side.fin_known || before(fin, side.next)) return;
  side.fin_known = true;
  side.fin = fin;
  end_at_fin(entry, direction);
}

void TcpReassembly::end_at_fin(SessionEntry& entry, Direction direction) noexcept {
  const TcpSide& side = entry.side(direction);
  if (side.fin_known && !side.ended && side.next == side.fin) end(entry, direction);
}

}  // namespace bulkhead
