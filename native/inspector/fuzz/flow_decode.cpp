#include <algorithm>
#include <cstdlib>
#include <vector>

#include "decode/ip_layer.hpp"
#include "decode/link_layer.hpp"
#include "decode/transport_layer.hpp"
#include "decode/tunnel.hpp"

namespace {

using namespace bulkhead;

void require(bool held) {
  if (!held) std::abort();
}

bool lies_within(Bytes part, Bytes whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void decode(const RawPacket& packet, bool lenient) {
  const LinkLayer link = decode_link(packet);
  require(link.l3_offset <= packet.data.size());
  if (link.outcome != LayerOutcome::ok) return;
  IpLayer ip;
  const IpOptions options{!lenient, lenient};
  if (decode_ip(packet.data, packet.wire_length, link.l3_offset, link.v6, options, ip) != LayerOutcome::ok) return;
  require(lies_within(ip.payload, packet.data));
  require(ip.payload.size() <= ip.payload_length);
  require(ip.payload_offset + ip.payload_length <= std::max<std::size_t>(packet.wire_length, packet.data.size()));
  require(ip.payload.empty() || ip.payload.data() == packet.data.data() + ip.payload_offset);
  const Tunnel tunnel = decode_tunnel(ip);
  if (tunnel.state == Tunnel::State::inside) {
    require(lies_within(tunnel.inner, ip.payload));
    require(tunnel.inner.size() <= tunnel.inner_length && tunnel.inner_length <= ip.payload_length);
    const LinkLayer inner_link = decode_inner_link(tunnel.inner, tunnel.type);
    require(inner_link.l3_offset <= tunnel.inner.size());
    IpLayer inner;
    if (inner_link.outcome == LayerOutcome::ok &&
        decode_ip(tunnel.inner, tunnel.inner_length, inner_link.l3_offset, inner_link.v6, options, inner) ==
            LayerOutcome::ok)
      require(lies_within(inner.payload, tunnel.inner));
  }
  TransportLayer transport;
  if (decode_transport(ip, transport) != LayerOutcome::ok) return;
  require(lies_within(transport.payload, ip.payload));
  require(lies_within(transport.options, ip.payload));
  require(transport.payload.size() + transport.missing <= ip.payload_length);
  (void)has_signature_option(transport.options);
}

}  // namespace

/// One packet as any link type, whole or cut by a snap length: decoders never leave the packet and never claim more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> exact(data, data + size);  // own allocation: a one-byte over-read is caught
  constexpr LinkType kLinks[] = {LinkType::null, LinkType::ethernet,  LinkType::raw_bsd,  LinkType::raw,
                                 LinkType::loop, LinkType::linux_sll, LinkType::ipv4,     LinkType::ipv6,
                                 LinkType::linux_sll2};
  for (const LinkType link : kLinks) {
    for (const std::uint32_t beyond : {0U, 40U, 70'000U}) {
      RawPacket packet;
      packet.data = exact;
      packet.link = link;
      packet.wire_length = static_cast<std::uint32_t>(size) + beyond;
      decode(packet, false);
      decode(packet, true);
    }
  }
  return 0;
}
