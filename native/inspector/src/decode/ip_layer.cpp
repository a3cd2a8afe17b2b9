#include "decode/ip_layer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "decode/checksum.hpp"

namespace bulkhead {
namespace {

constexpr std::size_t kMinIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;

Address map_v4(const std::uint8_t* at) noexcept {
  // As words: written byte by byte, the address would stall every reader that loads it as a whole soon after.
  std::uint32_t v4;
  std::memcpy(&v4, at, sizeof v4);
  std::uint64_t words[2] = {0, 0};
  if constexpr (std::endian::native == std::endian::little)
    words[1] = (std::uint64_t{v4} << 32) | 0xffff0000U;
  else
    words[1] = 0x0000ffff00000000ULL | v4;
  Address address;
  std::memcpy(address.bytes.data(), words, sizeof words);
  return address;
}

void set_payload(IpLayer& ip, Bytes data, std::size_t offset, std::size_t length) noexcept {
  ip.payload_offset = offset;
  ip.payload_length = length;
  const Bytes rest = data.subspan(std::min(offset, data.size()));
  ip.payload = rest.first(std::min(length, rest.size()));
}

LayerOutcome decode_v4(Bytes data, std::size_t wire_length, std::size_t l3, IpOptions options, IpLayer& ip) noexcept {
  const Bytes header = data.subspan(l3);
  if (header.size() < kMinIpv4Header) return LayerOutcome::cut_short;
  const std::size_t header_length = std::size_t{header[0] & 0x0fU} * 4;
  if ((header[0] >> 4) != 4 || header_length < kMinIpv4Header) return LayerOutcome::malformed;
  if (header.size() < header_length) return LayerOutcome::cut_short;

  std::size_t total = (std::size_t{header[2]} << 8) | header[3];
  const std::size_t on_wire = wire_length - l3;
  if (total == 0 && options.above_network_card) total = on_wire;
  if (total < header_length || total > on_wire) return LayerOutcome::malformed;
  if (options.verify_checksum && !header_sum_valid(header.first(header_length))) {
    ip.checksum_blank = options.above_network_card && header[10] == 0 && header[11] == 0;
    if (!ip.checksum_blank) return LayerOutcome::bad_checksum;
  }

  ip.source = map_v4(header.data() + 12);
  ip.destination = map_v4(header.data() + 16);
  ip.protocol = header[9];
  ip.fragment_id = (std::uint32_t{header[4]} << 8) | header[5];
  const std::uint32_t flags = (std::uint32_t{header[6]} << 8) | header[7];
  ip.more_fragments = (flags & 0x2000U) != 0;
  ip.fragment_offset = (flags & 0x1fffU) * 8;
  ip.fragmented = ip.more_fragments || ip.fragment_offset != 0;
  set_payload(ip, data, l3 + header_length, total - header_length);
  return LayerOutcome::ok;
}

LayerOutcome decode_v6(Bytes data, std::size_t wire_length, std::size_t l3, IpLayer& ip) noexcept {
  const Bytes header = data.subspan(l3);
  if (header.size() < kIpv6Header) return LayerOutcome::cut_short;
  if ((header[0] >> 4) != 6) return LayerOutcome::malformed;
  std::size_t length = (std::size_t{header[4]} << 8) | header[5];
  const std::size_t on_wire = wire_length - l3 - kIpv6Header;
  // A jumbogram, or a super-packet of the kernel above 64 KiB, says zero.
  if (length == 0 && on_wire > 0xffffU) length = on_wire;
  if (length > on_wire) return LayerOutcome::malformed;
  std::memcpy(ip.source.bytes.data(), header.data() + 8, 16);
  std::memcpy(ip.destination.bytes.data(), header.data() + 24, 16);
  ip.v6 = true;
  ip.protocol = header[6];
  set_payload(ip, data, l3 + kIpv6Header, length);
  return skip_extensions(ip);
}

/// Length of the extension header at the start of `bytes`, or 0 when `protocol` is not one that can be stepped over.
std::size_t extension_length(std::uint8_t protocol, Bytes bytes) noexcept {
  switch (protocol) {
    case 0:    // hop-by-hop options
    case 43:   // routing
    case 60:   // destination options
    case 135:  // mobility
    case 139:  // host identity
    case 140:  // shim6
      return (std::size_t{bytes[1]} + 1) * 8;
    case 51:  // authentication header: length in 4-byte units, minus 2
      return (std::size_t{bytes[1]} + 2) * 4;
    case kProtocolFragment6:
      return 8;
    default:
      return 0;
  }
}

constexpr bool is_extension(std::uint8_t protocol) noexcept {
  return protocol == 0 || protocol == 43 || protocol == 51 || protocol == 60 || protocol == 135 || protocol == 139 ||
         protocol == 140 || protocol == kProtocolFragment6;
}

void advance(IpLayer& ip, std::size_t length) noexcept {
  ip.payload_offset += length;
  ip.payload_length -= length;
  ip.payload = ip.payload.subspan(length);
}

}  // namespace

LayerOutcome skip_extensions(IpLayer& ip) noexcept {
  for (unsigned headers = 0; is_extension(ip.protocol); ++headers) {
    if (headers == kMaxExtensionHeaders) return LayerOutcome::too_deep;
    if (ip.payload.size() < 8) return ip.missing() > 0 ? LayerOutcome::cut_short : LayerOutcome::malformed;
    const std::size_t length = extension_length(ip.protocol, ip.payload);
    if (length > ip.payload_length) return LayerOutcome::malformed;
    if (length > ip.payload.size()) return LayerOutcome::cut_short;
    const bool is_fragment = ip.protocol == kProtocolFragment6;
    if (is_fragment) {
      if (ip.fragmented) return LayerOutcome::malformed;
      Reader reader(ip.payload.subspan(2, 6));
      const std::uint16_t bits = reader.u16();
      ip.fragment_id = reader.u32();
      ip.fragment_offset = bits & 0xfff8U;
      ip.more_fragments = (bits & 1U) != 0;
    }
    ip.protocol = ip.payload[0];
    advance(ip, length);
    // An atomic fragment (RFC 6946) is a whole datagram.
    if (is_fragment && (ip.more_fragments || ip.fragment_offset != 0)) {
      ip.fragmented = true;
      return LayerOutcome::ok;
    }
  }
  return ip.protocol == kProtocolNone ? LayerOutcome::control : LayerOutcome::ok;
}

LayerOutcome decode_ip(Bytes data, std::size_t wire_length, std::size_t l3_offset, bool v6, IpOptions options,
                       IpLayer& ip) noexcept {
  if (l3_offset > data.size()) return LayerOutcome::cut_short;
  wire_length = std::max(wire_length, data.size());
  return v6 ? decode_v6(data, wire_length, l3_offset, ip) : decode_v4(data, wire_length, l3_offset, options, ip);
}

}  // namespace bulkhead
