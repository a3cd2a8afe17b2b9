// How a TCP session begins: handshakes with every initial sequence number that was offered, and sessions met midway.
#include <utility>

#include "flow/client_guess.hpp"
#include "flow/tcp_tracker.hpp"

namespace bulkhead {

using namespace tcp_flag;

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
    // The server answered, and this goes on from none of its answers: no receiver takes it, and it must not decide where the session begins.
    // An answer alone, to a SYN that nobody saw, may be a stranger's on a session that began before.
    if (config_.inline_mode && pending->syn_count > 0 && pending->answer_count > 0)
      return refused(nullptr, Direction::request, Exception::bad_reset, tcp.payload.size() + tcp.missing);
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
  entry->side(Direction::request).start(tcp.seq);
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
  entry->side(Direction::request).start(match.client_isn);
  if (match.server_known) entry->side(Direction::response).start(match.server_isn);
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

}  // namespace bulkhead
