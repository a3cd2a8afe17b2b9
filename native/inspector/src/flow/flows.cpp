#include "flow/flows.hpp"

#include <algorithm>

#include "decode/checksum.hpp"
#include "decode/ip_layer.hpp"
#include "decode/link_layer.hpp"
#include "decode/transport_layer.hpp"
#include "decode/tunnel.hpp"
#include "flow/fragment_table.hpp"
#include "flow/tcp_tracker.hpp"

namespace bulkhead {
namespace {

/// Carries group membership only.
constexpr std::uint8_t kProtocolIgmp = 2;

Exception exception_of(LayerOutcome outcome) noexcept {
  switch (outcome) {
    case LayerOutcome::cut_short:
      return Exception::truncated_packet;
    case LayerOutcome::too_deep:
      return Exception::depth_limit;
    case LayerOutcome::bad_checksum:
      return Exception::bad_checksum;
    case LayerOutcome::malformed:
      return Exception::malformed_packet;
    case LayerOutcome::unknown:
    case LayerOutcome::control:
    case LayerOutcome::ok:
      break;
  }
  return Exception::unknown_layer;
}

std::size_t checksum_offset(std::uint8_t protocol) noexcept {
  if (protocol == kProtocolTcp) return kTcpChecksumOffset;
  return protocol == kProtocolUdp ? kUdpChecksumOffset : kIcmpChecksumOffset;
}

}  // namespace

struct Flows::Impl {
  /// The packet under way.
  struct Context {
    // A constructor, because zeroing all of it at once costs more than decoding the headers does.
    Context(const RawPacket& raw, std::uint32_t tags, Handling& result) noexcept
        : packet(raw), vlan(tags), handling(result) {}
    const RawPacket& packet;
    std::uint32_t vlan;
    Handling& handling;
    IpLayer ip;
    TcpSegment segment;  ///< its transport layer serves UDP and ICMP too
  };

  Impl(const EngineConfig& engine_config, StreamConsumer& stream_consumer)
      : config(engine_config),
        consumer(stream_consumer),
        secret{engine_config.hash_key[0], engine_config.hash_key[1]},
        table(std::max(engine_config.limits.max_sessions, 1U)),
        budget(config.limits, table),
        reassembly(config, consumer, budget),
        keeper(config, consumer, table, reassembly),
        tcp(config, consumer, table, keeper, reassembly),
        fragments(config, budget) {}

  Handling process(const RawPacket& packet) noexcept;
  void process_transport(Context& context) noexcept;
  bool join_fragment(Context& context) noexcept;
  /// Goes into tunnels until a packet carries its own payload; false when there is nothing left to inspect.
  bool enter_tunnels(Context& context) noexcept;
  [[nodiscard]] std::uint32_t keyed(std::uint32_t vlan, std::uint64_t path) const noexcept;
  void process_tcp(Context& context) noexcept;
  void process_datagram(Context& context) noexcept;
  [[nodiscard]] ChecksumState judge_checksum(const Context& context) const noexcept;
  void set_key(Context& context) const noexcept;
  void not_inspected(Context& context, Exception exception, std::uint64_t bytes) noexcept;
  void give_up(Context& context, LayerOutcome outcome, std::size_t from) noexcept;
  void report_lost_fragments(std::uint64_t bytes) noexcept {
    if (bytes > 0) consumer.on_exception(nullptr, Direction::request, Exception::fragment_limit, bytes);
  }

  const EngineConfig config;
  StreamConsumer& consumer;
  HashKey secret;
  SessionTable table;
  BlockBudget budget;
  TcpReassembly reassembly;
  SessionKeeper keeper;
  TcpTracker tcp;
  FragmentTable fragments;
};

void Flows::Impl::not_inspected(Context& context, Exception exception, std::uint64_t bytes) noexcept {
  consumer.on_exception(context.handling.session, context.handling.direction, exception, bytes);
  // What a receiver would refuse is refused here; the rest is the operator's choice.
  const bool refused = exception == Exception::bad_checksum || exception == Exception::malformed_packet ||
                       config.exceptions.of(exception) == ExceptionPolicy::block;
  context.handling.drop = config.inline_mode && refused;
}

void Flows::Impl::give_up(Context& context, LayerOutcome outcome, std::size_t from) noexcept {
  if (outcome == LayerOutcome::control) return;
  const std::size_t wire = std::max<std::size_t>(context.packet.wire_length, context.packet.data.size());
  const bool cut = wire > context.packet.data.size();
  // Headers that end early in a whole packet are not the capture's fault.
  if (outcome == LayerOutcome::cut_short && !cut) outcome = LayerOutcome::malformed;
  not_inspected(context, exception_of(outcome), wire - std::min(from, wire));
}

Flows::Handling Flows::Impl::process(const RawPacket& packet) noexcept {
  keeper.run_deferred();
  tcp.forget_last();
  const LinkLayer link = decode_link(packet);
  Handling handling;
  Context context(packet, keyed(link.vlan, link.path), handling);
  if (link.outcome != LayerOutcome::ok) {
    give_up(context, link.outcome, link.l3_offset);
    return handling;
  }
  handling.l3_offset = link.l3_offset;
  handling.v6 = link.v6;
  const IpOptions options{config.verify_checksums, !config.inline_mode};
  const LayerOutcome ip =
      decode_ip(packet.data, packet.wire_length, link.l3_offset, link.v6, options, context.ip);
  if (ip != LayerOutcome::ok) {
    give_up(context, ip, link.l3_offset);
    return handling;
  }
  if (context.ip.fragmented && context.ip.checksum_blank) {
    give_up(context, LayerOutcome::bad_checksum, link.l3_offset);
  } else if (!context.ip.fragmented) {
    handling.l4_offset = context.ip.payload_offset;
    if (enter_tunnels(context)) process_transport(context);
  } else if (join_fragment(context) && enter_tunnels(context)) {
    process_transport(context);
  }
  return handling;
}

std::uint32_t Flows::Impl::keyed(std::uint32_t vlan, std::uint64_t path) const noexcept {
  if (path == 0) return vlan;
  // Keyed, so that nobody can choose identifiers that make two networks one; no stack of VLAN tags has the highest bit.
  return static_cast<std::uint32_t>(SipHash(secret.k0, secret.k1).add(vlan).add(path).finish()) | 0x80000000U;
}

bool Flows::Impl::enter_tunnels(Context& context) noexcept {
  bool joined = context.ip.fragmented || context.segment.origin == Origin::decoded;
  for (unsigned depth = 0;; ++depth) {
    const Tunnel tunnel = decode_tunnel(context.ip);
    if (tunnel.state == Tunnel::State::none) return true;
    const std::size_t size = context.ip.payload_length;
    if (tunnel.state == Tunnel::State::control) return false;
    if (tunnel.state != Tunnel::State::inside || depth == kMaxTunnels) {
      context.handling.l4_offset = 0;
      const bool deep = tunnel.state == Tunnel::State::inside;
      const bool cut = tunnel.state == Tunnel::State::cut_short;
      const bool unknown = tunnel.state == Tunnel::State::unknown;
      not_inspected(context, deep      ? Exception::depth_limit
                             : cut     ? Exception::truncated_packet
                             : unknown ? Exception::unknown_layer
                                       : Exception::malformed_packet,
                    size);
      return false;
    }
    const LinkLayer link = decode_inner_link(tunnel.inner, tunnel.type);
    IpLayer inner;
    const IpOptions options{config.verify_checksums, !config.inline_mode};
    const LayerOutcome outcome =
        link.outcome == LayerOutcome::ok
            ? decode_ip(tunnel.inner, tunnel.inner_length, link.l3_offset, link.v6, options, inner)
            : link.outcome;
    // Anybody may send a datagram to a tunnel's port. Unless an IP packet fills it to its end, but for an Ethernet
    // frame's padding, it is inspected as the datagram it is.
    constexpr std::size_t kShortestFrame = 60;
    const std::size_t end = inner.payload_offset + inner.payload_length;
    const bool filled = end == tunnel.inner_length || tunnel.inner_length <= kShortestFrame;
    if (tunnel.by_port && (outcome != LayerOutcome::ok || !filled)) return true;
    // What is inside is not where the packet's own headers say: it cannot be rewritten in place.
    context.handling.l4_offset = 0;
    context.segment.origin = Origin::decoded;
    if (outcome != LayerOutcome::ok) {
      if (outcome != LayerOutcome::control) not_inspected(context, exception_of(outcome), size);
      return false;
    }
    context.vlan = keyed(context.vlan, tunnel.id ^ link.path * 0xd6e8feb86659fd93ULL ^ std::uint64_t{link.vlan} << 16);
    context.ip = inner;
    if (!inner.fragmented) continue;
    // What was put together lies in the one place there is for it.
    if (joined || inner.checksum_blank) {
      not_inspected(context, joined ? Exception::fragment_limit : Exception::bad_checksum, inner.payload_length);
      return false;
    }
    joined = true;
    if (!join_fragment(context)) return false;
  }
}

bool Flows::Impl::join_fragment(Context& context) noexcept {
  const std::size_t size = context.ip.payload_length;
  IpLayer whole;
  const FragmentResult result =
      fragments.add(context.ip, context.packet.tenant, context.vlan, context.packet.time_ns, whole);
  report_lost_fragments(result.bytes_lost);
  if (result.malformed) {
    not_inspected(context, Exception::malformed_packet, size);
  } else if (result.overlap) {
    consumer.on_exception(nullptr, Direction::request, Exception::overlap, result.collected ? 0 : size);
    context.handling.drop = config.inline_mode && !result.collected;
  } else if (!result.collected) {
    const bool cut = context.ip.missing() > 0;
    not_inspected(context, cut ? Exception::truncated_packet : Exception::fragment_limit, size);
    if (result.hostile) context.handling.drop = config.inline_mode;
  }
  if (!result.complete) return false;
  context.ip = whole;
  context.segment.origin = Origin::decoded;
  if (!whole.v6) return true;
  const LayerOutcome rest = skip_extensions(context.ip);
  if (rest == LayerOutcome::ok && !context.ip.fragmented) return true;
  if (rest != LayerOutcome::control) not_inspected(context, Exception::malformed_packet, whole.payload_length);
  return false;
}

ChecksumState Flows::Impl::judge_checksum(const Context& context) const noexcept {
  const IpLayer& ip = context.ip;
  const bool whole = ip.missing() == 0 && context.segment.tcp.missing == 0;
  if (!config.verify_checksums || context.packet.checksum_pending || !whole || !context.segment.tcp.has_checksum)
    return ChecksumState::valid;
  Bytes segment = ip.payload;
  // UDP's own length may leave bytes of the IP payload out.
  if (ip.protocol == kProtocolUdp) segment = segment.first(8 + context.segment.tcp.payload.size());
  if (ip.protocol == kProtocolIcmp)
    return internet_sum(segment) == 0xffff ? ChecksumState::valid : ChecksumState::wrong;
  const ChecksumState state =
      check_transport(ip.source, ip.destination, ip.protocol, segment, checksum_offset(ip.protocol));
  // A card that was to fill in the header's checksum was to fill in this one too.
  return ip.checksum_blank && state != ChecksumState::pending ? ChecksumState::wrong : state;
}

void Flows::Impl::set_key(Context& context) const noexcept {
  const TransportLayer& transport = context.segment.tcp;
  FlowKey& key = context.segment.key;
  key.source = context.ip.source;
  key.destination = context.ip.destination;
  key.source_port = transport.source_port;
  key.destination_port = transport.destination_port;
  key.protocol = context.ip.protocol;
  key.tenant = context.packet.tenant;
  key.vlan = context.vlan;
  context.segment.hash = table.hash_of(key, secret);
}

void Flows::Impl::process_transport(Context& context) noexcept {
  if (context.ip.protocol == kProtocolIgmp) return;
  const LayerOutcome outcome = decode_transport(context.ip, context.segment.tcp);
  if (outcome != LayerOutcome::ok) {
    if (outcome == LayerOutcome::unknown) context.handling.l4_offset = 0;
    not_inspected(context, exception_of(outcome), context.ip.payload_length);
    return;
  }
  set_key(context);
  if (context.ip.protocol == kProtocolTcp)
    process_tcp(context);
  else
    process_datagram(context);
}

void Flows::Impl::process_tcp(Context& context) noexcept {
  TcpSegment& segment = context.segment;
  segment.time_ns = context.packet.time_ns;
  segment.checksum = judge_checksum(context);
  const TcpOutcome outcome = tcp.process(segment);

  Handling& handling = context.handling;
  handling.direction = outcome.direction;
  handling.drop = config.inline_mode && outcome.acceptance == Acceptance::drop;
  if (outcome.entry == nullptr || outcome.entry->handed_over) return;
  handling.session = outcome.entry;
}

void Flows::Impl::process_datagram(Context& context) noexcept {
  const std::uint64_t bytes = context.segment.tcp.payload.size() + context.segment.tcp.missing;
  const ChecksumState checksum = judge_checksum(context);
  if (checksum == ChecksumState::wrong || (checksum == ChecksumState::pending && config.inline_mode)) {
    not_inspected(context, Exception::bad_checksum, bytes);
    return;
  }
  const FlowKey& key = context.segment.key;
  const std::uint64_t hash = context.segment.hash;
  Direction direction = Direction::request;
  SessionEntry* entry = table.find(key, hash, direction);
  if (entry == nullptr) entry = keeper.open(key, hash, SessionClass::datagram, context.packet.time_ns);
  if (entry == nullptr) {
    not_inspected(context, Exception::memory_cap, bytes);
    return;
  }
  keeper.settle(*entry);
  keeper.touch(*entry, context.packet.time_ns);
  context.handling.session = entry;
  context.handling.direction = direction;
  if (entry->disposition == Disposition::blocked) {
    context.handling.drop = config.inline_mode;
    return;
  }
  if (entry->disposition == Disposition::offloaded) return;
  if (context.segment.tcp.missing > 0) not_inspected(context, Exception::truncated_packet, context.segment.tcp.missing);
  if (!context.segment.tcp.payload.empty())
    consumer.on_datagram(*entry, direction, context.segment.tcp.payload, context.segment.origin);
}

Flows::Flows(const EngineConfig& config, StreamConsumer& consumer) : impl_(std::make_unique<Impl>(config, consumer)) {}
Flows::~Flows() = default;

Flows::Handling Flows::process(const RawPacket& packet) noexcept { return impl_->process(packet); }

void Flows::expire(std::uint64_t now_ns) noexcept {
  impl_->keeper.expire(now_ns);
  impl_->tcp.expire(now_ns);
  impl_->report_lost_fragments(impl_->fragments.expire(now_ns));
}

void Flows::finish() noexcept {
  impl_->keeper.finish();
  impl_->report_lost_fragments(impl_->fragments.finish());
}

std::size_t Flows::active_sessions() const noexcept { return impl_->keeper.active(); }
std::uint64_t Flows::sessions_opened() const noexcept { return impl_->keeper.opened(); }

Engine::ResetPoint Flows::reset_point(const Session& session) const noexcept {
  // Every session was made by the table, as an entry.
  const auto& entry = static_cast<const SessionEntry&>(session);
  return entry.is_tcp() ? impl_->tcp.reset_point(entry) : Engine::ResetPoint{0, 0, false};
}

}  // namespace bulkhead
