#include "flow/tcp_tracker.hpp"

#include <algorithm>
#include <utility>

#include "flow/client_guess.hpp"

namespace bulkhead {
namespace {

using namespace tcp_flag;

void start(TcpSide& side, std::uint32_t isn) noexcept {
  side.started = true;
  side.isn = isn;
  side.next = isn + 1;
  side.acked = isn + 1;
}

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
    start(side, seq - 1);
    last_expected_ = side.next;
  }
  side.guessed = false;
  if (!entry.midstream || bytes == 0) return;
  // Bytes from before the pick-up, late or sent again: nobody knows what was in their place.
  const std::uint32_t begin = side.isn + 1;
  if (side.next - begin > kMaxLead || !before(seq, begin) || begin - seq > kMaxLead) return;
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
      start(other, tcp.ack - 1);
      other.guessed = true;
    }
    reassembly_.acknowledge(entry, opposite(direction), tcp.ack);
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
    start(side, tcp.seq);
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

PendingHandshake* TcpTracker::open_pending(const TcpSegment& segment) noexcept {
  bool gave_up_answered = false;
  PendingHandshake* pending = pending_.open(segment.hash, segment.time_ns, gave_up_answered);
  if (gave_up_answered) consumer_.on_exception(nullptr, Direction::request, Exception::memory_cap, 0);
  if (pending == nullptr) return nullptr;
  if (pending->syn_count == 0 && pending->answer_count == 0)
    pending->client_is_upper = segment.tcp.has(ack) != segment.key.source_is_upper();
  pending_.touch(*pending, segment.time_ns);
  return pending;
}

TcpOutcome TcpTracker::process_new(const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  const bool has_data = !tcp.payload.empty() || tcp.missing > 0;
  if (tcp.has(syn)) return tcp.has(ack) ? note_syn_ack(segment) : open_by_syn(segment);

  PendingHandshake* pending = pending_.find(segment.hash);
  if (tcp.has(rst)) {
    report_reset_text(nullptr, Direction::request, segment);
    if (pending != nullptr) {
      const bool from_client = segment.key.source_is_upper() == pending->client_is_upper;
      const bool takes_back = from_client ? pending->knows_syn(tcp.seq - 1) : pending->knows_syn(tcp.ack - 1);
      if (takes_back && !has_signature_option(tcp.options)) pending_.remove(*pending);
    }
    return {};
  }
  if (!tcp.has(ack))
    return refused(nullptr, Direction::request, Exception::malformed_packet, tcp.payload.size() + tcp.missing);
  if (pending != nullptr) {
    Direction direction = Direction::request;
    if (SessionEntry* entry = promote(*pending, segment, direction))
      return process_known(*entry, direction, segment);
  }
  return has_data ? pick_up_midstream(segment, pending) : TcpOutcome{};
}

TcpOutcome TcpTracker::open_by_syn(const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  if (tcp.payload.empty() && tcp.missing == 0) {
    PendingHandshake* pending = open_pending(segment);
    if (pending == nullptr) return {};
    const bool from_client = segment.key.source_is_upper() == pending->client_is_upper;
    if (from_client)
      pending->note_syn(tcp.seq);
    else  // both opened at once (RFC 9293 figure 7): whose SYN was first is called the client
      pending_.note_answer(*pending, pending->syns[0], tcp.seq);
    return {};
  }
  // TCP Fast Open (RFC 7413): the server may take this data before the handshake is done.
  SessionEntry* entry = keeper_.open(segment.key, segment.hash, SessionClass::half_open, segment.time_ns);
  if (entry == nullptr) return refused(nullptr, Direction::request, Exception::memory_cap, tcp.payload.size());
  start(entry->side(Direction::request), tcp.seq);
  last_entry_ = entry->index;
  last_direction_ = Direction::request;
  last_expected_ = tcp.seq + 1;
  return handle_data(*entry, Direction::request, segment, tcp.seq + 1);
}

TcpOutcome TcpTracker::note_syn_ack(const TcpSegment& segment) noexcept {
  const TransportLayer& tcp = segment.tcp;
  PendingHandshake* pending = open_pending(segment);
  if (pending == nullptr) return {};
  const bool from_client = segment.key.source_is_upper() == pending->client_is_upper;
  if (from_client)
    pending_.note_answer(*pending, tcp.seq, tcp.ack - 1);
  else
    pending_.note_answer(*pending, tcp.ack - 1, tcp.seq);
  if (tcp.payload.empty() && tcp.missing == 0) return {};
  Direction direction = Direction::request;
  TcpSegment shifted = segment;
  shifted.tcp.seq += 1;
  shifted.tcp.flags = static_cast<std::uint8_t>(tcp.flags & ~syn);
  SessionEntry* entry = promote(*pending, shifted, direction);
  return entry != nullptr ? process_known(*entry, direction, shifted) : TcpOutcome{};
}

SessionEntry* TcpTracker::promote(PendingHandshake& pending, const TcpSegment& segment,
                                  Direction& direction) noexcept {
  const bool from_client = segment.key.source_is_upper() == pending.client_is_upper;
  const HandshakeMatch match = match_handshake(pending, from_client, segment.tcp.seq, segment.tcp.ack);
  if (!match.found) return nullptr;
  FlowKey key = segment.key;
  if (!from_client) {
    std::swap(key.source, key.destination);
    std::swap(key.source_port, key.destination_port);
  }
  pending_.remove(pending);
  SessionEntry* entry = keeper_.open(key, segment.hash, SessionClass::open, segment.time_ns);
  if (entry == nullptr) return nullptr;
  start(entry->side(Direction::request), match.client_isn);
  if (match.server_known) start(entry->side(Direction::response), match.server_isn);
  direction = from_client ? Direction::request : Direction::response;
  return entry;
}

TcpOutcome TcpTracker::pick_up_midstream(const TcpSegment& segment, const PendingHandshake* pending) noexcept {
  const std::uint64_t bytes = segment.tcp.payload.size() + segment.tcp.missing;
  if (config_.exceptions.of(Exception::midstream) == ExceptionPolicy::block && config_.inline_mode)
    return refused(nullptr, Direction::request, Exception::midstream, bytes);
  const bool from_client = pending != nullptr ? segment.key.source_is_upper() == pending->client_is_upper
                                              : sender_is_client(segment.tcp);
  FlowKey key = segment.key;
  if (!from_client) {
    std::swap(key.source, key.destination);
    std::swap(key.source_port, key.destination_port);
  }
  SessionEntry* entry = keeper_.open(key, segment.hash, SessionClass::open, segment.time_ns);
  if (entry == nullptr) return refused(nullptr, Direction::request, Exception::memory_cap, bytes);
  entry->midstream = true;
  const Direction direction = from_client ? Direction::request : Direction::response;
  consumer_.on_exception(entry, direction, Exception::midstream, 0);
  return process_known(*entry, direction, segment);
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
