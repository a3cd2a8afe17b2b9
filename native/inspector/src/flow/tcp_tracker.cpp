#include "flow/tcp_tracker.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

using namespace tcp_flag;

/// How far from each other the segments around a first look at a stream can be: a window's worth.
constexpr std::uint32_t kMaxLead = 1U << 24;

constexpr bool is_between(std::uint32_t low, std::uint32_t value, std::uint32_t high) noexcept {
  return value - low <= high - low;
}

/// Flag combinations that no TCP sends and that receivers disagree about.
bool contradictory(const TransportLayer& tcp) noexcept {
  const unsigned exclusive = (tcp.has(syn) ? 1U : 0U) + (tcp.has(fin) ? 1U : 0U) + (tcp.has(rst) ? 1U : 0U);
  if (exclusive > 1) return true;
  return exclusive == 0 && !tcp.has(ack);
}

}  // namespace

TcpOutcome TcpTracker::refused(SessionEntry* entry, Direction direction, Exception exception,
                               std::uint64_t bytes) noexcept {
  Session* session = entry != nullptr && !entry->handed_over ? entry : nullptr;
  consumer_.on_exception(session, direction, exception, bytes);
  return {entry, direction, dropped()};
}

bool TcpTracker::checksum_acceptable(SessionEntry* entry, Direction direction, const TcpSegment& segment) noexcept {
  if (segment.checksum == ChecksumState::wrong) return false;
  if (entry == nullptr) return segment.checksum == ChecksumState::valid || !config_.inline_mode;
  // A capture on the sending machine shows checksums that the card was to fill in; then they are all like that, from
  // the first one on. A later one is a forgery that the receiver would refuse.
  ChecksumHabit& habit = entry->side(direction).checksums;
  const bool left = segment.checksum == ChecksumState::pending;
  if (habit == ChecksumHabit::unknown) habit = left ? ChecksumHabit::left_to_card : ChecksumHabit::written;
  return !left || (habit == ChecksumHabit::left_to_card && !config_.inline_mode);
}

TcpOutcome TcpTracker::process(const TcpSegment& segment) noexcept {
  Direction direction = Direction::request;
  SessionEntry* entry = table_.find(segment.key, segment.hash, direction);
  last_entry_ = 0;
  const std::uint64_t bytes = segment.tcp.payload.size() + segment.tcp.missing;
  if (entry != nullptr && !entry->handed_over && entry->disposition != Disposition::inspect) {
    keeper_.settle(*entry);
    keeper_.touch(*entry, segment.time_ns);
    const bool blocked = entry->disposition == Disposition::blocked;
    // A new connection on the ports of an offloaded one is a new session.
    if (blocked || !segment.tcp.has(syn) || segment.tcp.has(ack) || segment.checksum == ChecksumState::wrong) {
      if (!blocked && (segment.tcp.has(rst) || segment.tcp.has(fin)))
        keeper_.reclass(*entry, SessionClass::ending);
      return {entry, direction, blocked ? dropped() : Acceptance::forward};
    }
    keeper_.close(*entry);
    entry = nullptr;
  }
  if (!checksum_acceptable(entry, direction, segment)) return refused(entry, direction, Exception::bad_checksum, bytes);
  if (contradictory(segment.tcp)) return refused(entry, direction, Exception::malformed_packet, bytes);
  if (entry == nullptr) return process_new(segment);
  keeper_.touch(*entry, segment.time_ns);
  return entry->handed_over ? process_after_handover(*entry, direction, segment)
                            : process_known(*entry, direction, segment);
}

TcpOutcome TcpTracker::process_known(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  last_entry_ = entry.index;
  last_direction_ = direction;
  last_expected_ = entry.side(direction).expected();
  if (tcp.has(syn)) return tcp.has(ack) ? handle_syn_ack(entry, direction, segment)
                                        : handle_syn(entry, direction, segment);
  if (tcp.has(rst)) return handle_reset(entry, direction, segment);
  if (!tcp.has(ack))  // a receiver ignores data and FIN without ACK (RFC 9293 3.10.7.4)
    return refused(&entry, direction, Exception::malformed_packet, tcp.payload.size() + tcp.missing);
  if (entry.session_class == SessionClass::resetting && !tcp.payload.empty())
    keeper_.reclass(entry, SessionClass::open);  // the reset was not taken: go on
  return handle_data(entry, direction, segment, tcp.seq);
}

void TcpTracker::anchor(SessionEntry& entry, Direction direction, std::uint32_t seq, std::size_t bytes) noexcept {
  TcpSide& side = entry.side(direction);
  if (!side.started || (side.guessed && (before(seq, side.next) || seq - side.next > kMaxLead))) {
    side.start(seq - 1);
    last_expected_ = side.next;
  }
  side.guessed = false;
  if (!entry.midstream || bytes == 0) return;
  // Bytes from before the pick-up, late or sent again: nobody knows what was in their place.
  const std::uint32_t begin = side.isn + 1;
  if (side.far || side.next - begin > kMaxLead || !before(seq, begin) || begin - seq > kMaxLead) return;
  consumer_.on_exception(&entry, direction, Exception::midstream, std::min<std::uint64_t>(bytes, begin - seq));
}

TcpOutcome TcpTracker::handle_data(SessionEntry& entry, Direction direction, const TcpSegment& segment,
                                   std::uint32_t seq) noexcept {
  const TransportLayer& tcp = segment.tcp;
  TcpSide& side = entry.side(direction);
  TcpSide& other = entry.side(opposite(direction));
  anchor(entry, direction, seq, tcp.payload.size());
  if (tcp.has(ack)) {
    if (!other.started && !tcp.has(syn)) {
      other.start(tcp.ack - 1);
      other.guessed = true;
    }
    reassembly_.acknowledge(entry, opposite(direction), tcp.ack);
    // What the acknowledgement let go on may have decided about the session, with all that is in this packet.
    if (entry.disposition != Disposition::inspect)
      return {&entry, direction, entry.disposition == Disposition::blocked ? dropped() : Acceptance::forward};
  }
  if (entry.session_class == SessionClass::half_open && direction == Direction::response)
    keeper_.reclass(entry, SessionClass::open);
  if (tcp.payload.empty() && tcp.missing == 0 && !tcp.has(fin)) return {&entry, direction, Acceptance::forward};
  if (!urgent_acceptable(entry, direction, segment)) return {&entry, direction, Acceptance::drop};
  if (tcp.missing > 0) consumer_.on_exception(&entry, direction, Exception::truncated_packet, 0);

  const StreamPiece piece{seq, tcp.payload, tcp.missing, tcp.has(fin), segment.origin};
  const Acceptance acceptance = reassembly_.accept(entry, direction, piece);
  if (side.ended && other.ended) keeper_.defer_handover(entry);
  return {&entry, direction, acceptance};
}

bool TcpTracker::urgent_acceptable(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  if (!tcp.has(urg) || tcp.payload.empty()) return true;
  // The byte the pointer marks may be left out of the stream by one receiver and kept by another.
  consumer_.on_exception(&entry, direction, Exception::urgent_data, 0);
  return !config_.inline_mode || config_.exceptions.of(Exception::urgent_data) != ExceptionPolicy::block;
}

TcpOutcome TcpTracker::process_after_handover(SessionEntry& entry, Direction direction,
                                              const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  if (tcp.has(syn) && !tcp.has(ack)) {
    keeper_.close(entry);
    return process_new(segment);
  }
  const std::size_t bytes = tcp.payload.size() + tcp.missing;
  if (bytes == 0) return {&entry, direction, Acceptance::forward};
  // Only a repetition of what both sides have finished can still come: forwarded if it provably is one.
  const TcpSide& side = entry.side(direction);
  const std::uint32_t end = tcp.seq + static_cast<std::uint32_t>(bytes);
  if (side.fin_known && !before(side.fin, end)) {
    const StreamPiece piece{tcp.seq, tcp.payload, 0, false, segment.origin};
    return {&entry, direction, reassembly_.accept_repeated(entry, direction, piece)};
  }
  return refused(&entry, direction, Exception::bad_reset, bytes);
}

TcpOutcome TcpTracker::handle_syn(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  const TcpSide& side = entry.side(direction);
  if (side.started && tcp.seq == side.isn) {  // sent again
    if (tcp.payload.empty()) return {&entry, direction, Acceptance::forward};
    return handle_data(entry, direction, segment, tcp.seq + 1);
  }
  if (entry.session_class == SessionClass::half_open || entry.session_class == SessionClass::resetting) {
    keeper_.close(entry);
    last_entry_ = 0;
    return process_new(segment);
  }
  // On a live session a receiver answers with a challenge and keeps its state, and so do we. If it answers with a
  // SYN/ACK instead, it did open anew: the pending entry lets `handle_syn_ack` see that.
  if (PendingHandshake* pending = open_pending(segment)) pending->note_syn(tcp.seq);
  TcpOutcome outcome = refused(&entry, direction, Exception::bad_reset, tcp.payload.size() + tcp.missing);
  if (tcp.payload.empty() && tcp.missing == 0) outcome.acceptance = Acceptance::forward;
  return outcome;
}

TcpOutcome TcpTracker::handle_syn_ack(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  TcpSide& side = entry.side(direction);
  TcpSide& other = entry.side(opposite(direction));
  const PendingHandshake* pending = pending_.find(segment.hash);
  if (pending != nullptr && pending->client_is_upper != segment.key.source_is_upper() &&
      pending->knows_syn(tcp.ack - 1)) {
    keeper_.close(entry);
    last_entry_ = 0;
    return note_syn_ack(segment);
  }
  const bool acknowledges = other.started && is_between(other.isn + 1, tcp.ack, other.next);
  if (side.started && tcp.seq == side.isn && acknowledges) {
    if (tcp.payload.empty()) return {&entry, direction, Acceptance::forward};
    return handle_data(entry, direction, segment, tcp.seq + 1);
  }
  if (!side.started && acknowledges) {
    side.start(tcp.seq);
    last_expected_ = side.next;
    keeper_.reclass(entry, SessionClass::open);
    return handle_data(entry, direction, segment, tcp.seq + 1);
  }
  return refused(&entry, direction, Exception::bad_reset, tcp.payload.size() + tcp.missing);
}

void TcpTracker::report_reset_text(SessionEntry* entry, Direction direction, const TcpSegment& segment) noexcept {
  // A reset may carry an explanation (RFC 9293 3.5.3). No stream takes it in, so nothing looks into it.
  const std::uint64_t bytes = segment.tcp.payload.size() + segment.tcp.missing;
  if (bytes > 0) consumer_.on_exception(entry, direction, Exception::bad_reset, bytes);
}

TcpOutcome TcpTracker::handle_reset(SessionEntry& entry, Direction direction, const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  const TcpSide& side = entry.side(direction);
  // What the receiver expects lies between what it is known to have acknowledged and what was sent to it. Even an
  // acceptable reset only shortens the wait: if data goes on, the peer did not take it.
  const bool acceptable = side.started ? is_between(earlier(side.acked, side.next), tcp.seq, side.expected())
                                       : tcp.has(ack) && tcp.ack == entry.side(opposite(direction)).expected();
  if (!acceptable || has_signature_option(tcp.options))
    return refused(&entry, direction, Exception::bad_reset, tcp.payload.size());
  report_reset_text(&entry, direction, segment);
  keeper_.reclass(entry, SessionClass::resetting);
  return {&entry, direction, Acceptance::forward};
}

void TcpTracker::expire(std::uint64_t now_ns) noexcept {
  pending_.expire(now_ns, config_.limits.closing_idle_ns, config_.limits.tcp_idle_ns);
}

Engine::ResetPoint TcpTracker::reset_point(const SessionEntry& entry) const noexcept {
  const TcpSide& request = entry.side(Direction::request);
  const TcpSide& response = entry.side(Direction::response);
  Engine::ResetPoint point{response.expected(), request.expected(), request.started && response.started};
  // The packet that the reset takes the place of never arrives.
  if (entry.index == last_entry_)
    (last_direction_ == Direction::request ? point.server_seq : point.client_seq) = last_expected_;
  return point;
}

}  // namespace bulkhead
