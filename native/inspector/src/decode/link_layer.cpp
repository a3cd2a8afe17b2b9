#include "decode/link_layer.hpp"

#include "decode/tunnel.hpp"

namespace bulkhead {
namespace {

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint16_t kVlan = 0x8100;
constexpr std::uint16_t kServiceVlan = 0x88a8;
constexpr std::uint16_t kOldServiceVlan = 0x9100;
constexpr std::uint16_t kMpls = 0x8847;
constexpr std::uint16_t kMplsUpstream = 0x8848;
constexpr std::uint16_t kPppoeSession = 0x8864;
/// Below this an Ethernet type field is an 802.3 length, and LLC follows (spanning tree, CDP, …).
constexpr std::uint16_t kFirstEthertype = 0x0600;

constexpr bool is_vlan(std::uint16_t type) noexcept {
  return type == kVlan || type == kServiceVlan || type == kOldServiceVlan;
}

constexpr bool is_control(std::uint16_t type) noexcept {
  switch (type) {
    case 0x0806:  // ARP
    case 0x8035:  // RARP
    case 0x8808:  // MAC control
    case 0x8863:  // PPPoE discovery
    case 0x8809:  // slow protocols
    case 0x888e:  // EAPOL
    case 0x88cc:  // LLDP
    case 0x88f7:  // PTP
    case 0x8902:  // connectivity fault management
    case 0x9000:  // configuration test
      return true;
    default:
      return type < kFirstEthertype;
  }
}

LinkLayer decode_ethertype(Bytes data, std::size_t offset, std::uint16_t type, unsigned depth) noexcept;

/// Over an MPLS label stack. What follows the last label says itself what it is: an IP version, or the zero of a
/// pseudowire's control word before an Ethernet frame (RFC 4385).
LinkLayer decode_mpls(Bytes data, LinkLayer link, unsigned depth) noexcept {
  std::size_t offset = link.l3_offset;
  for (unsigned labels = 0;; ++labels) {
    link.outcome = LayerOutcome::ok;
    if (data.size() < offset + 5) link.outcome = LayerOutcome::cut_short;
    if (labels == kMaxLabels) link.outcome = LayerOutcome::too_deep;
    if (link.outcome != LayerOutcome::ok) return link;
    Reader reader(data.subspan(offset, 4));
    const std::uint32_t entry = reader.u32();
    offset += 4;
    link.path = link.path * 0x9e3779b97f4a7c15ULL + (entry >> 12) + 1;
    if ((entry & 0x100U) != 0) break;
  }
  const unsigned version = data[offset] >> 4;
  link.l3_offset = offset;
  link.v6 = version == 6;
  if (version == 4 || version == 6) return link;
  link.outcome = LayerOutcome::unknown;
  if (version != 0 || depth == kMaxTunnels) return link;
  constexpr std::size_t kControlWord = 4;
  constexpr std::size_t kFrame = 14;
  if (data.size() < offset + kControlWord + kFrame) {
    link.outcome = LayerOutcome::cut_short;
    return link;
  }
  Reader type(data.subspan(offset + kControlWord + 12, 2));
  LinkLayer inner = decode_ethertype(data, offset + kControlWord + kFrame, type.u16(), depth + 1);
  inner.path = inner.path * 0x9e3779b97f4a7c15ULL + link.path;
  if (inner.vlan == 0) inner.vlan = link.vlan;
  return inner;
}

LinkLayer decode_pppoe(Bytes data, LinkLayer link) noexcept {
  constexpr std::size_t kHeader = 8;  // with PPP's protocol field
  if (data.size() < link.l3_offset + kHeader) {
    link.outcome = LayerOutcome::cut_short;
    return link;
  }
  Reader reader(data.subspan(link.l3_offset, kHeader));
  const std::uint16_t kind = reader.u16();
  link.path = 0x100000000ULL | reader.u16();
  reader.u16();
  const std::uint16_t protocol = reader.u16();
  link.l3_offset += kHeader;
  link.v6 = protocol == 0x0057;
  if (kind != 0x1100)
    link.outcome = LayerOutcome::malformed;
  else if (protocol == 0x0021 || protocol == 0x0057)
    link.outcome = LayerOutcome::ok;
  else
    link.outcome = protocol >= 0x8000 ? LayerOutcome::control : LayerOutcome::unknown;  // 8000 on: negotiation
  return link;
}

/// From an ethertype just read: steps over VLAN tags, then classifies.
LinkLayer decode_ethertype(Bytes data, std::size_t offset, std::uint16_t type, unsigned depth) noexcept {
  LinkLayer link;
  for (unsigned tags = 0; is_vlan(type); ++tags) {
    link.l3_offset = offset;
    if (tags == kMaxVlanTags) {
      link.outcome = LayerOutcome::too_deep;
      return link;
    }
    if (data.size() < offset + 4) {
      link.outcome = LayerOutcome::cut_short;
      return link;
    }
    Reader tag(data.subspan(offset, 4));
    const std::uint32_t id = tag.u16() & 0x0fffU;
    // VLAN 0 is a priority mark only: the frame belongs to no VLAN (802.1Q 9.6).
    if (id != 0) link.vlan = (link.vlan << 16) | 0x1000U | id;
    type = tag.u16();
    offset += 4;
  }
  link.l3_offset = offset;
  if (type == kMpls || type == kMplsUpstream) return decode_mpls(data, link, depth);
  if (type == kPppoeSession) return decode_pppoe(data, link);
  link.v6 = type == kIpv6;
  if (type == kIpv4 || type == kIpv6)
    link.outcome = LayerOutcome::ok;
  else
    link.outcome = is_control(type) ? LayerOutcome::control : LayerOutcome::unknown;
  return link;
}

LinkLayer decode_by_ethertype_at(Bytes data, std::size_t type_offset, std::size_t header) noexcept {
  if (data.size() < header) return {LayerOutcome::cut_short, false, 0, 0, 0};
  Reader type(data.subspan(type_offset));
  return decode_ethertype(data, header, type.u16(), 0);
}

/// By the version nibble of the IP header itself.
LinkLayer decode_raw(Bytes data) noexcept {
  if (data.empty()) return {LayerOutcome::cut_short, false, 0, 0, 0};
  const unsigned version = data[0] >> 4;
  if (version != 4 && version != 6) return {LayerOutcome::unknown, false, 0, 0, 0};
  return {LayerOutcome::ok, version == 6, 0, 0, 0};
}

/// DLT_NULL is in the byte order of the capturing machine, DLT_LOOP in network order; families have small numbers,
/// so that the other order can be told from the value.
LinkLayer decode_family(Bytes data) noexcept {
  constexpr std::size_t kHeader = 4;
  if (data.size() < kHeader) return {LayerOutcome::cut_short, false, 0, 0, 0};
  Reader reader(data);
  std::uint32_t family = reader.u32();
  if (family > 0xffffU) family = __builtin_bswap32(family);
  switch (family) {
    case 2:
      return {LayerOutcome::ok, false, kHeader, 0, 0};
    case 10:  // Linux
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // Darwin
      return {LayerOutcome::ok, true, kHeader, 0, 0};
    default:
      return {LayerOutcome::unknown, false, kHeader, 0, 0};
  }
}

}  // namespace

LinkLayer decode_inner_link(Bytes data, std::uint16_t type) noexcept {
  return type == kEthernetInside ? decode_by_ethertype_at(data, 12, 14) : decode_ethertype(data, 0, type, 0);
}

LinkLayer decode_link(const RawPacket& packet) noexcept {
  switch (packet.link) {
    case LinkType::ethernet:
      return decode_by_ethertype_at(packet.data, 12, 14);
    case LinkType::linux_sll:
      return decode_by_ethertype_at(packet.data, 14, 16);
    case LinkType::linux_sll2:
      return decode_by_ethertype_at(packet.data, 0, 20);
    case LinkType::null:
    case LinkType::loop:
      return decode_family(packet.data);
    case LinkType::raw:
    case LinkType::raw_bsd:
    case LinkType::ipv4:
    case LinkType::ipv6:
      return decode_raw(packet.data);
  }
  return {LayerOutcome::unknown, false, 0, 0, 0};
}

}  // namespace bulkhead
