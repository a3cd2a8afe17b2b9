#include <linux/if_ether.h>

#include <utility>

#include "source/read_ahead.hpp"
#include "source/worker.hpp"
#include "source/worker_clock.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kTcp = 6;

LinkType link_of(std::uint16_t ethertype) noexcept {
  if (ethertype == ETH_P_IP) return LinkType::ipv4;
  return ethertype == ETH_P_IPV6 ? LinkType::ipv6 : LinkType::raw;
}

void count(SourceCounters& counters, Action action) noexcept {
  switch (action) {
    case Action::forward: ++counters.forwarded; break;
    case Action::forward_modified: ++counters.modified; break;
    case Action::drop: ++counters.dropped; break;
    case Action::reset: ++counters.reset; break;
    case Action::offload: ++counters.offloaded; break;
  }
}

void add(Counters& sum, const Counters& one) noexcept {
  sum.packets += one.packets;
  sum.bytes += one.bytes;
  sum.sessions_opened += one.sessions_opened;
  sum.sessions_active += one.sessions_active;
  sum.sessions_offloaded += one.sessions_offloaded;
  sum.sessions_blocked += one.sessions_blocked;
  sum.payload_bytes += one.payload_bytes;
  sum.content_bytes += one.content_bytes;
  sum.bytes_not_inspected += one.bytes_not_inspected;
  sum.findings += one.findings;
  sum.packets_dropped += one.packets_dropped;
  sum.packets_masked += one.packets_masked;
  for (std::size_t i = 0; i < kExceptionCount; ++i) {
    sum.exceptions[i] += one.exceptions[i];
    sum.bytes_not_inspected_by[i] += one.bytes_not_inspected_by[i];
  }
}

}  // namespace

bool Worker::serve_queue(Source& source) noexcept {
  const int fd = source.queue->fd();
  const std::size_t received = buffers_.receive(fd);
  if (received == 0) return false;
  const std::uint64_t now = wall_ns();
  for (std::size_t i = 0; i < received; ++i) {
    if (i + 1 < received) read_ahead(buffers_.datagram(i + 1));
    QueuedPacket packet;
    if (!source.queue->parse(buffers_.datagram(i), packet)) continue;
    const Action action = judge(source, packet, now);
    count(source.counters, action);
    verdicts_.add(packet, source.queue->number(), action);
  }
  if (!verdicts_.send(fd)) ++source.counters.refused_verdicts;
  // After the verdicts: only then do the rules know the connection as blocked, and let a bare reset pass.
  for (const PendingReset& reset : resets_) source.resets->send(reset.session, reset.direction, reset.sequence);
  resets_.clear();
  return true;
}

Action Worker::judge(Source& source, const QueuedPacket& queued, std::uint64_t now_ns) noexcept {
  RawPacket packet;
  packet.data = queued.payload;
  packet.link = link_of(queued.ethertype);
  packet.wire_length = queued.length;
  packet.time_ns = queued.time_ns == 0 ? now_ns : queued.time_ns;
  packet.number = ++source.counters.packets;
  packet.tenant = source.number;
  packet.checksum_pending = queued.checksum_pending;
  packet.writable = true;
  packet.way = queued.way;
  source.counters.bytes += queued.length;

  if (source.keeps_packets) ring_->keep(packet);
  session_blocked_ = session_captured_ = false;
  speaking_ = source.engine;
  current_ = &source;
  Engine& engine = engine_of(source);
  Action action = engine.inspect(packet);
  current_ = nullptr;
  const SessionView* session = engine.last_session();
  if (source.keeps_packets && session != nullptr) capture_session(source, *session);
  if (session_blocked_ && session != nullptr) {
    const Engine::ResetPoint point = engine.last_reset_point();
    if (action == Action::reset && point.known && session->ip_protocol == kTcp) {
      const bool to_server = blocked_direction_ == Direction::request;
      resets_.push_back({*session, blocked_direction_, to_server ? point.server_seq : point.client_seq});
    }
  }
  // A copy cut by the kernel must not replace the whole packet.
  if (action == Action::forward_modified && queued.length > queued.payload.size()) action = Action::drop;
  return action;
}

void Worker::capture_session(const Source& source, const SessionView& session) noexcept {
  ring_->attribute(session.id);
  if (session_captured_) {
    const std::uint64_t id = unique_session(session.id);
    std::uint64_t& place = captured_[id % captured_.size()];
    if (place == id) session_captured_ = false;
    place = id;
  }
  if (session_captured_ || (session_blocked_ && source.capture)) hand_over_capture(source, session);
}

void Worker::hand_over_capture(const Source& source, const SessionView& session) noexcept {
  SessionCapture capture{source.number, unique_session(session.id), ring_->session_pcapng(session)};
  if (!capture.pcapng.empty() && !output_.on_capture(std::move(capture))) ++captures_lost_;
}

bool Worker::serve_tap(Source& source) noexcept {
  speaking_ = source.engine;
  current_ = &source;
  Engine& engine = engine_of(source);
  const bool any = source.tap->next_block([&](RawPacket& packet) noexcept {
    packet.number = ++source.counters.packets;
    packet.tenant = source.number;
    source.counters.bytes += packet.wire_length;
    ++source.counters.forwarded;
    if (source.keeps_packets) ring_->keep(packet);
    session_blocked_ = session_captured_ = false;
    engine.inspect(packet);
    const SessionView* const session = engine.last_session();
    if (source.keeps_packets && session != nullptr) capture_session(source, *session);
  });
  current_ = nullptr;
  return any;
}

std::uint64_t Worker::unique_session(std::uint64_t id) const noexcept {
  // Session ids are unique in an engine. No engine ever opens so many that the top 16 bits of an id are in use.
  const std::uint64_t engine = std::uint64_t{index_} * kMaxEngines + speaking_;
  return id | (engine << 48);
}

void Worker::on_event(const Event& event) noexcept {
  if (event.kind == EventKind::session_blocked) {
    session_blocked_ = true;
    blocked_direction_ = event.direction;
  }
  const std::uint64_t session = event.session != nullptr ? unique_session(event.session->id) : 0;
  if (event.kind == EventKind::finding && repeats_->skips(event, session)) return;
  session_captured_ = session_captured_ || (event.kind == EventKind::finding && event.verdict == Verdict::capture);
  const std::uint32_t number = event.session != nullptr ? event.session->tenant
                               : current_ != nullptr    ? current_->number
                                                        : 0;
  const auto source = sources_.find(number);
  EventRecord record = make_record(event, number, source == sources_.end() ? 0 : source->second->program);
  if (event.session != nullptr) record.session = session;
  outbox_.add(record, monotonic_ns());
}

void Worker::on_spoken(const SessionView& session, Protocol spoken) noexcept {
  const auto source = sources_.find(session.tenant);
  if (source != sources_.end() && !source->second->conversations.add(session, spoken)) ++conversations_lost_;
}

void Worker::housekeeping() noexcept {
  const std::uint64_t now = wall_ns();
  for (speaking_ = 0; speaking_ < engines_.size(); ++speaking_) engines_[speaking_].engine->expire(now);
  for (auto& [number, source] : sources_) report_overruns(*source, now);
}

void Worker::report_overruns(Source& source, std::uint64_t now_ns) noexcept {
  const std::uint64_t overruns = source.queue != nullptr ? source.queue->take_overruns() : source.tap->take_overruns();
  if (overruns == 0) return;
  source.counters.overruns += overruns;
  if (source.on_overrun == ExceptionPolicy::pass) return;
  Event event{EventKind::exception, now_ns, source.counters.packets, Direction::request, nullptr};
  event.exception = Exception::queue_overrun;
  event.verdict = Verdict::alert;
  outbox_.add(make_record(event, source.number, source.program), monotonic_ns());
}

void Worker::add_counters(WorkersCounters& sum) {
  for (const InspectionEngine& one : engines_) add(sum.engines, one.engine->counters());
  sum.events_lost += outbox_.lost();
  sum.captures_lost += captures_lost_;
  sum.conversations_lost += conversations_lost_;
  for (auto& [number, source] : sources_) {
    SourceCounters counters = source->counters;
    if (source->queue != nullptr) counters.refused_verdicts += source->queue->refused_verdicts();
    sum.sources[number] = counters;
    sum.engines.exceptions[static_cast<std::size_t>(Exception::queue_overrun)] += counters.overruns;
  }
}

}  // namespace bulkhead
