#include "decode/tunnel.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

constexpr std::uint8_t kProtocolIpInIp = 4;
constexpr std::uint8_t kProtocolIpv6 = 41;
constexpr std::uint8_t kProtocolGre = 47;

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;

constexpr std::uint16_t kVxlanPort = 4789;
constexpr std::uint16_t kLinuxVxlanPort = 8472;  // the kernel's default, from before the port was assigned
constexpr std::uint16_t kGenevePort = 6081;
constexpr std::uint16_t kGtpPort = 2152;

enum class Kind : std::uint64_t { ip_in_ip = 1, gre, erspan, vxlan, geneve, gtp };

constexpr std::uint64_t id_of(Kind kind, std::uint64_t number) noexcept {
  return static_cast<std::uint64_t>(kind) << 48 | number;
}

Tunnel failed(const IpLayer& ip) noexcept {
  Tunnel tunnel;
  tunnel.state = ip.missing() > 0 ? Tunnel::State::cut_short : Tunnel::State::malformed;
  return tunnel;
}

Tunnel inside(const IpLayer& ip, std::size_t header, std::uint16_t type, std::uint64_t id) noexcept {
  if (header > ip.payload.size()) return failed(ip);
  Tunnel tunnel;
  tunnel.state = Tunnel::State::inside;
  tunnel.type = type;
  tunnel.inner = ip.payload.subspan(header);
  tunnel.inner_length = ip.payload_length - header;
  tunnel.id = id;
  return tunnel;
}

/// ERSPAN type II has eight bytes behind a sequence number, type I none (draft-foschiano-erspan-03); type III twelve,
/// and eight more where its last bit says so.
std::size_t erspan_header(std::uint16_t type, bool sequence, Bytes rest) noexcept {
  constexpr std::uint16_t kErspan3 = 0x22eb;
  if (type != kErspan3) return sequence ? 8 : 0;
  return rest.size() > 11 && (rest[11] & 1U) != 0 ? 20 : 12;
}

Tunnel decode_gre(const IpLayer& ip) noexcept {
  constexpr std::uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000, kAck = 0x0080;
  constexpr std::uint16_t kPpp = 0x880b, kErspan2 = 0x88be, kErspan3 = 0x22eb;
  Reader reader(ip.payload);
  const std::uint16_t flags = reader.u16();
  const std::uint16_t type = reader.u16();
  const bool enhanced = (flags & 7U) == 1;  // PPTP, RFC 2637
  if (!reader.ok()) return failed(ip);
  if ((flags & 7U) > 1 || (flags & kRouting) != 0) return Tunnel{Tunnel::State::unknown, 0, {}, 0, 0, false};
  if ((flags & kChecksum) != 0) reader.take(4);
  std::uint32_t key = (flags & kKey) != 0 ? reader.u32() : 0;
  if (enhanced) key &= 0xffffU;  // behind the payload's length
  if ((flags & kSequence) != 0) reader.take(4);
  if (enhanced && (flags & kAck) != 0) reader.take(4);
  if (!reader.ok()) return failed(ip);
  std::size_t header = ip.payload.size() - reader.left();
  if (type == kErspan2 || type == kErspan3) {
    header += erspan_header(type, (flags & kSequence) != 0, reader.rest());
    return inside(ip, header, kEthernetInside, id_of(Kind::erspan, key));
  }
  if (type != kPpp) return inside(ip, header, type, id_of(Kind::gre, key));
  // PPP with or without its address and control bytes; compressed or encrypted payloads stay unknown.
  Bytes ppp = reader.rest();
  if (ppp.size() >= 2 && ppp[0] == 0xff && ppp[1] == 0x03) ppp = ppp.subspan(2);
  if (ppp.empty()) return Tunnel{Tunnel::State::control, 0, {}, 0, 0, false};  // an acknowledgement alone
  const std::size_t width = (ppp[0] & 1U) != 0 ? 1 : 2;
  if (ppp.size() < width) return failed(ip);
  const unsigned protocol = width == 1 ? ppp[0] : (unsigned{ppp[0]} << 8) | ppp[1];
  header = ip.payload.size() - ppp.size() + width;
  if (protocol == 0x0021) return inside(ip, header, kIpv4, id_of(Kind::gre, key));
  if (protocol == 0x0057) return inside(ip, header, kIpv6, id_of(Kind::gre, key));
  return Tunnel{protocol >= 0x8000 ? Tunnel::State::control : Tunnel::State::unknown, 0, {}, 0, 0, false};
}

/// A datagram of one of the tunnels' ports. What does not look like the tunnel is none: it may be anybody's datagram.
Tunnel decode_by_port(const IpLayer& ip) noexcept {
  constexpr std::size_t kUdpHeader = 8;
  Reader reader(ip.payload);
  reader.take(2);
  const std::uint16_t port = reader.u16();
  const std::size_t length = reader.u16();
  reader.take(2);
  Tunnel tunnel;
  if (!reader.ok() || length != ip.payload_length) return tunnel;
  if (port == kVxlanPort || port == kLinuxVxlanPort) {
    const std::uint32_t flags = reader.u32();
    const std::uint32_t vni = reader.u32();
    if (!reader.ok() || flags != 0x08000000U || (vni & 0xffU) != 0) return tunnel;
    tunnel = inside(ip, kUdpHeader + 8, kEthernetInside, id_of(Kind::vxlan, vni >> 8));
  } else if (port == kGenevePort) {
    const std::uint16_t flags = reader.u16();
    const std::uint16_t type = reader.u16();
    const std::uint32_t vni = reader.u32();
    const std::size_t options = std::size_t{flags >> 8 & 0x3fU} * 4;
    if (!reader.ok() || (flags >> 14) != 0 || (vni & 0xffU) != 0) return tunnel;
    tunnel = inside(ip, kUdpHeader + 8 + options, type, id_of(Kind::geneve, vni >> 8));
  } else if (port == kGtpPort) {
    constexpr std::uint8_t kData = 255;
    constexpr unsigned kMaxExtensions = 8;  // as many as the standard defines, and each may occur once
    const std::uint8_t flags = reader.u8();
    const std::uint8_t message = reader.u8();
    const std::size_t size = reader.u16();
    const std::uint32_t teid = reader.u32();
    if (!reader.ok() || (flags >> 4) != 3 || message != kData || size + kUdpHeader + 8 != ip.payload_length) return tunnel;
    std::uint8_t next = 0;
    if ((flags & 7U) != 0) {
      reader.take(3);
      next = reader.u8();
      if ((flags & 4U) == 0) next = 0;
    }
    for (unsigned count = 0; next != 0 && reader.ok() && count < kMaxExtensions; ++count) {
      const std::size_t units = reader.u8();
      if (units == 0) return tunnel;
      reader.take(units * 4 - 2);
      next = reader.u8();
    }
    if (!reader.ok() || next != 0 || reader.left() == 0) return tunnel;
    const std::uint16_t type = (reader.rest()[0] >> 4) == 6 ? kIpv6 : kIpv4;
    tunnel = inside(ip, ip.payload.size() - reader.left(), type, id_of(Kind::gtp, teid));
  }
  tunnel.by_port = true;
  if (tunnel.state != Tunnel::State::inside) tunnel.state = Tunnel::State::none;
  return tunnel;
}

}  // namespace

Tunnel decode_tunnel(const IpLayer& ip) noexcept {
  switch (ip.protocol) {
    case kProtocolUdp: {
      // Read without a reader: nearly every datagram ends here.
      if (ip.payload.size() < 4) return {};
      const unsigned port = (unsigned{ip.payload[2]} << 8) | ip.payload[3];
      const bool known = port == kVxlanPort || port == kLinuxVxlanPort || port == kGenevePort || port == kGtpPort;
      return known ? decode_by_port(ip) : Tunnel{};
    }
    case kProtocolIpInIp:
      return inside(ip, 0, kIpv4, id_of(Kind::ip_in_ip, 4));
    case kProtocolIpv6:
      return inside(ip, 0, kIpv6, id_of(Kind::ip_in_ip, 6));
    case kProtocolGre:
      return decode_gre(ip);
    default:
      return {};
  }
}

}  // namespace bulkhead
