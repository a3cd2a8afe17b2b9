#include "bulkhead/engine.hpp"

#include <algorithm>
#include <new>
#include <unordered_map>

#include "engine/packet_context.hpp"
#include "engine/session_analysis.hpp"
#include "flow/flows.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint64_t kSecondNs = 1'000'000'000;

struct TcpPayload {
  std::uint32_t sequence = 0;
  MutableBytes bytes;
};

/// The TCP payload of a packet whose headers the flow layer accepted.
TcpPayload tcp_payload(const RawPacket& packet, const Flows::Handling& handling) noexcept {
  const Bytes data = packet.data;
  const std::size_t l4 = handling.l4_offset;
  if (l4 == 0 || l4 + 20 > data.size()) return {};
  const std::size_t start = l4 + std::size_t{data[l4 + 12]} / 16 * 4;
  if (start > data.size()) return {};
  Reader sequence(data.subspan(l4 + 4, 4));
  // Only called for writable packets: the source declared the bytes ours.
  return {sequence.u32(), {const_cast<std::uint8_t*>(data.data()) + start, data.size() - start}};
}

}  // namespace

struct Engine::Impl final : StreamConsumer {
  Impl(const EngineConfig& c, EventSink& sink) : config(c), context(config, sink), flows(config, *this) {
    context.decoders = make_decode_pool({config.limits.decode_bytes_per_body, config.limits.decode_ratio, 1'024});
  }

  // --- what the flow layer reports -------------------------------------------------------------------------------

  void on_stream(Session& session, Direction direction, Bytes bytes, Origin origin) noexcept override {
    if (SessionAnalysis* analysis = analyse(session)) analysis->stream(direction, bytes, origin);
  }
  void on_gap(Session& session, Direction direction, std::uint64_t bytes) noexcept override {
    if (SessionAnalysis* analysis = analyse(session)) analysis->gap(direction, bytes);
  }
  void on_stream_end(Session& session, Direction direction) noexcept override {
    if (SessionAnalysis* analysis = known(session)) analysis->stream_end(direction);
  }
  void on_datagram(Session& session, Direction direction, Bytes bytes, Origin origin) noexcept override {
    if (SessionAnalysis* analysis = analyse(session)) analysis->datagram(direction, bytes, origin);
  }
  void on_exception(Session* session, Direction direction, Exception exception, std::uint64_t bytes) noexcept override {
    if (session != nullptr) {
      if (SessionAnalysis* analysis = analyse(*session)) analysis->exception(direction, exception, bytes);
      return;
    }
    unattributed(direction, exception, bytes);
  }
  void on_close(Session& session) noexcept override {
    if (&session != current) return;
    last = session.view;
    last.server_name = {};
    current = nullptr;
  }

  // ----------------------------------------------------------------------------------------------------------------

  static SessionAnalysis* known(Session& session) noexcept {
    // Every attachment of this engine's sessions is made by `analyse`.
    return static_cast<SessionAnalysis*>(session.attachment.get());
  }

  SessionAnalysis* analyse(Session& session) noexcept {
    const Tenant* tenant = tenant_of(session.view.tenant);
    if (SessionAnalysis* analysis = known(session)) {
      if (tenant != nullptr) {
        analysis->use(tenant->program);
        analysis->use(tenant->applications);
      }
      return analysis;
    }
    if (tenant == nullptr) return nullptr;
    auto* analysis = new (std::nothrow) SessionAnalysis(context, session, tenant->program);
    session.attachment.reset(analysis);
    if (analysis != nullptr) analysis->use(tenant->applications);
    if (analysis == nullptr) {
      unattributed(Direction::request, Exception::memory_cap, 0);
    } else if (session.view.ip_protocol == kTcp) {
      if (const auto file = context.expected.take(session.view, context.now_ns())) analysis->expect_file(file->view());
    }
    return analysis;
  }

  struct Tenant {
    std::shared_ptr<const Program> program;
    std::shared_ptr<const ApplicationRules> applications;
  };

  /// Null for a tenant without a program.
  const Tenant* tenant_of(std::uint32_t tenant) noexcept {
    if (tenant == active_tenant && active != nullptr) return active;
    const auto found = tenants.find(tenant);
    if (found == tenants.end()) return nullptr;
    active_tenant = tenant;
    active = &found->second;
    return active;
  }

  /// An exception that belongs to no session is counted each time and reported at most once a second per kind.
  void unattributed(Direction direction, Exception exception, std::uint64_t bytes) noexcept {
    const auto index = static_cast<std::size_t>(exception);
    ++context.counters.exceptions[index];
    context.counters.bytes_not_inspected += bytes;
    context.counters.bytes_not_inspected_by[index] += bytes;
    const ExceptionPolicy policy = config.exceptions.of(exception);
    if (policy == ExceptionPolicy::pass) return;
    if (policy == ExceptionPolicy::block) context.raise(Verdict::block);
    const std::uint64_t now = context.now_ns();
    if (reported_ns[index] != 0 && now - reported_ns[index] < kSecondNs) return;
    reported_ns[index] = now == 0 ? 1 : now;
    Event event{EventKind::exception, now, context.number(), direction, nullptr};
    event.exception = exception;
    event.bytes_not_inspected = bytes;
    event.verdict = policy == ExceptionPolicy::block ? Verdict::block : Verdict::alert;
    context.sink.on_event(event);
  }

  void report(EventKind kind, Session& session, Direction direction) noexcept {
    if (SessionAnalysis* analysis = known(session)) analysis->refresh_view();
    context.sink.on_event({kind, context.now_ns(), context.number(), direction, &session.view});
  }

  Action inspect(const RawPacket& packet) noexcept {
    ++context.counters.packets;
    context.counters.bytes += packet.data.size();
    if (tenant_of(packet.tenant) == nullptr) {
      current = nullptr;
      last = {};
      return Action::forward;
    }
    context.start(packet);
    // A handshake's packets have no session yet: theirs must not be that of the packet before.
    current = nullptr;
    last.id = 0;
    const Flows::Handling handling = flows.process(packet);
    // A session that closed while the packet was processed is gone; its verdict is in the context all the same.
    current = handling.session;
    const Action action = decide(packet, handling);
    if (current != nullptr) last = current->view;
    context.last_ns = packet.time_ns;
    context.last_number = packet.number;
    context.packet = nullptr;
    if (action == Action::drop || action == Action::reset) ++context.counters.packets_dropped;
    return action;
  }

  Action decide(const RawPacket& packet, const Flows::Handling& handling) noexcept {
    Session* session = handling.session;
    if (session == nullptr) {
      if (!config.inline_mode) return Action::forward;
      return handling.drop || context.verdict == Verdict::block ? Action::drop : Action::forward;
    }
    SessionAnalysis* analysis = known(*session);
    if (analysis != nullptr && session->disposition == Disposition::inspect) {
      if (config.inline_mode) analysis->packet_end(handling.direction);
      analysis->judge_application(handling.direction);
    }
    if (!config.inline_mode) {
      if (analysis != nullptr && session->disposition == Disposition::inspect && analysis->encrypted())
        offload(*session, handling.direction);
      return Action::forward;
    }
    if (session->disposition == Disposition::blocked) return Action::drop;
    if (context.verdict == Verdict::block) return block(*session, handling.direction);
    if (handling.drop) return Action::drop;
    if (analysis != nullptr) {
      if (overwrite(packet, handling, *session, *analysis)) return Action::forward_modified;
      if (context.verdict == Verdict::block) return block(*session, handling.direction);
      if (session->disposition == Disposition::inspect && analysis->encrypted()) {
        offload(*session, handling.direction);
        return Action::offload;
      }
      if (session->disposition == Disposition::inspect && analysis->dismissed()) {
        session->disposition = Disposition::offloaded;
        ++context.counters.sessions_offloaded;
        return Action::offload;
      }
    }
    return session->disposition == Disposition::offloaded ? Action::offload : Action::forward;
  }

  void offload(Session& session, Direction direction) noexcept {
    session.disposition = Disposition::offloaded;
    ++context.counters.sessions_offloaded;
    report(EventKind::session_offloaded, session, direction);
  }

  Action block(Session& session, Direction direction) noexcept {
    session.disposition = Disposition::blocked;
    ++context.counters.sessions_blocked;
    report(EventKind::session_blocked, session, direction);
    return session.view.ip_protocol == kTcp ? Action::reset : Action::drop;
  }

  /// Completes masking: a retransmission of masked bytes is masked again, what was written is remembered, and the
  /// checksum is made right. Whether the packet differs from how it came; raises `block` where bytes once masked could
  /// slip through.
  bool overwrite(const RawPacket& packet, const Flows::Handling& handling, const Session& session,
                 SessionAnalysis& analysis) noexcept {
    std::unique_ptr<MaskedRanges>& masked = analysis.masked(handling.direction);
    const bool wrote = context.written_count > 0;
    if (!packet.writable || (!wrote && masked == nullptr)) return false;
    bool changed = wrote;
    if (session.view.ip_protocol == kTcp) {
      const TcpPayload payload = tcp_payload(packet, handling);
      if (masked != nullptr && !payload.bytes.empty()) {
        const Engine::ResetPoint at = flows.reset_point(session);
        masked->reached(handling.direction == Direction::request ? at.server_seq : at.client_seq);
        if (masked->may_leak(payload.sequence)) {
          context.raise(Verdict::block);
          return false;
        }
        changed |= masked->apply(payload.sequence, payload.bytes);
      }
      if (wrote && masked == nullptr) masked.reset(new (std::nothrow) MaskedRanges);
      if (wrote && masked == nullptr) {
        context.raise(Verdict::block);
        return false;
      }
      for (std::size_t i = 0; i < context.written_count; ++i) {
        const Bytes part = context.written[i];
        masked->remember(payload.sequence + static_cast<std::uint32_t>(part.data() - payload.bytes.data()), part);
      }
    }
    if (!changed) return false;
    const MutableBytes whole{const_cast<std::uint8_t*>(packet.data.data()), packet.data.size()};
    repair_checksum(whole, handling.l3_offset, handling.l4_offset, handling.v6, session.view.ip_protocol);
    ++context.counters.packets_masked;
    return true;
  }

  EngineConfig config;
  PacketContext context;
  std::unordered_map<std::uint32_t, Tenant> tenants;
  std::uint32_t active_tenant = 0;  ///< of the packet last inspected: saves the look-up
  const Tenant* active = nullptr;
  std::uint64_t reported_ns[kExceptionCount] = {};
  Session* current = nullptr;  ///< of the packet last inspected, while it lives
  SessionView last;
  mutable Counters snapshot;
  Flows flows;  ///< last: closing its sessions calls back into the rest
};

Engine::Engine(const EngineConfig& config, EventSink& sink) : impl_(std::make_unique<Impl>(config, sink)) {}
Engine::~Engine() = default;

void Engine::set_program(std::uint32_t tenant, std::shared_ptr<const Program> program) {
  impl_->active = nullptr;
  impl_->context.scanners.clear();
  if (program == nullptr) {
    impl_->tenants.erase(tenant);
  } else {
    impl_->tenants[tenant].program = std::move(program);
  }
}

void Engine::set_applications(std::uint32_t tenant, std::shared_ptr<const ApplicationRules> rules) {
  const auto found = impl_->tenants.find(tenant);
  if (found != impl_->tenants.end()) found->second.applications = std::move(rules);
}

Action Engine::inspect(const RawPacket& packet) noexcept { return impl_->inspect(packet); }

void Engine::expire(std::uint64_t now_ns) noexcept {
  impl_->context.last_ns = now_ns;
  impl_->flows.expire(now_ns);
}

void Engine::finish() noexcept { impl_->flows.finish(); }

const Counters& Engine::counters() const noexcept {
  impl_->snapshot = impl_->context.counters;
  impl_->snapshot.sessions_opened = impl_->flows.sessions_opened();
  impl_->snapshot.sessions_active = impl_->flows.active_sessions();
  return impl_->snapshot;
}

const SessionView* Engine::last_session() const noexcept { return impl_->last.id == 0 ? nullptr : &impl_->last; }

Engine::ResetPoint Engine::last_reset_point() const noexcept {
  if (impl_->current == nullptr) return {0, 0, false};
  return impl_->flows.reset_point(*impl_->current);
}

}  // namespace bulkhead
