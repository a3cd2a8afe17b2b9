#include "decode/transport_layer.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

constexpr std::size_t kMinTcpHeader = 20;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kIcmpHeader = 8;

LayerOutcome too_short(const IpLayer& ip) noexcept {
  return ip.missing() > 0 ? LayerOutcome::cut_short : LayerOutcome::malformed;
}

LayerOutcome decode_tcp(const IpLayer& ip, TransportLayer& out) noexcept {
  if (ip.payload.size() < kMinTcpHeader) return too_short(ip);
  Reader reader(ip.payload);
  out.source_port = reader.u16();
  out.destination_port = reader.u16();
  out.seq = reader.u32();
  out.ack = reader.u32();
  const std::size_t header = std::size_t{reader.u8()} >> 4 << 2;
  out.flags = reader.u8();
  reader.take(4);  // window, checksum
  out.urgent = reader.u16();
  if (header < kMinTcpHeader || header > ip.payload_length) return LayerOutcome::malformed;
  if (header > ip.payload.size()) return LayerOutcome::cut_short;
  out.options = ip.payload.subspan(kMinTcpHeader, header - kMinTcpHeader);
  out.payload = ip.payload.subspan(header);
  out.missing = ip.missing();
  return LayerOutcome::ok;
}

LayerOutcome decode_udp(const IpLayer& ip, TransportLayer& out) noexcept {
  if (ip.payload.size() < kUdpHeader) return too_short(ip);
  Reader reader(ip.payload);
  out.source_port = reader.u16();
  out.destination_port = reader.u16();
  std::size_t length = reader.u16();
  // A super-packet above 64 KiB cannot say its length.
  if (length == 0 && ip.payload_length > 0xffffU) length = ip.payload_length;
  if (length < kUdpHeader || length > ip.payload_length) return LayerOutcome::malformed;
  out.has_checksum = ip.v6 || reader.u16() != 0;
  const std::size_t captured = std::min(length, ip.payload.size());
  out.payload = ip.payload.subspan(kUdpHeader, captured - kUdpHeader);
  out.missing = length - captured;
  return LayerOutcome::ok;
}

LayerOutcome decode_icmp(const IpLayer& ip, TransportLayer& out) noexcept {
  if (ip.payload.size() < kIcmpHeader) return too_short(ip);
  out.payload = ip.payload.subspan(kIcmpHeader);
  out.missing = ip.missing();
  return LayerOutcome::ok;
}

}  // namespace

LayerOutcome decode_transport(const IpLayer& ip, TransportLayer& out) noexcept {
  switch (ip.protocol) {
    case kProtocolTcp:
      return decode_tcp(ip, out);
    case kProtocolUdp:
      return decode_udp(ip, out);
    case kProtocolIcmp:
    case kProtocolIcmp6:
      return decode_icmp(ip, out);
    default:
      return LayerOutcome::unknown;
  }
}

bool has_signature_option(Bytes options) noexcept {
  constexpr std::uint8_t kEnd = 0, kPadding = 1, kMd5 = 19, kAuthentication = 29;
  Reader reader(options);
  while (reader.left() > 0) {
    const std::uint8_t kind = reader.u8();
    if (kind == kEnd) return false;
    if (kind == kPadding) continue;
    const std::uint8_t length = reader.u8();
    if (!reader.ok() || length < 2) return false;
    if (kind == kMd5 || kind == kAuthentication) return true;
    reader.take(length - 2U);
  }
  return false;
}

}  // namespace bulkhead
