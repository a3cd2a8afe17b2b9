#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulkhead/packet.hpp"

namespace bulkhead::test {

using Octets = std::vector<std::uint8_t>;

inline constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20;

inline Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

inline void add16(Octets& to, std::uint32_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8));
  to.push_back(static_cast<std::uint8_t>(value));
}
inline void add32(Octets& to, std::uint32_t value) {
  add16(to, value >> 16);
  add16(to, value);
}
inline void set16(Octets& in, std::size_t at, std::uint32_t value) {
  in[at] = static_cast<std::uint8_t>(value >> 8);
  in[at + 1] = static_cast<std::uint8_t>(value);
}
inline void add(Octets& to, const Octets& more) { to.insert(to.end(), more.begin(), more.end()); }

/// RFC 1071 word by word: the plain reading that the product's fast versions are compared with.
inline std::uint16_t plain_sum(const Octets& bytes, std::uint64_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); i += 2)
    sum += (std::uint64_t{bytes[i]} << 8) | (i + 1 < bytes.size() ? bytes[i + 1] : 0);
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

struct Host {
  bool v6 = false;
  std::uint32_t number = 1;  ///< 10.0.0.0/8 or fd00::/8
  std::uint16_t port = 0;
};

inline Octets address_of(const Host& host) {
  Octets address;
  if (host.v6) {
    address.assign(16, 0);
    address[0] = 0xfd;
    for (unsigned i = 0; i < 4; ++i) address[12 + i] = static_cast<std::uint8_t>(host.number >> (24 - 8 * i));
  } else {
    add32(address, 0x0a000000U | host.number);
  }
  return address;
}

inline std::uint64_t pseudo_sum(const Host& from, const Host& to, std::uint8_t protocol, std::size_t length) {
  Octets pseudo = address_of(from);
  add(pseudo, address_of(to));
  return plain_sum(pseudo) + std::uint64_t{protocol} + (length >> 16) + (length & 0xffff);
}

struct IpParts {
  std::uint32_t id = 1;
  std::uint32_t fragment_offset = 0;
  bool more_fragments = false;
  Octets options;  ///< IPv4 options, or IPv6 extension headers that end in the payload's protocol
  std::uint8_t first_extension = 0;
};

/// An IP packet around a transport segment.
inline Octets ip_packet(const Host& from, const Host& to, std::uint8_t protocol, const Octets& payload,
                        const IpParts& parts = {}) {
  Octets packet;
  if (from.v6) {
    const bool fragmented = parts.more_fragments || parts.fragment_offset != 0;
    const std::size_t length = payload.size() + parts.options.size() + (fragmented ? 8 : 0);
    add32(packet, 0x60000000U);
    add16(packet, static_cast<std::uint32_t>(length));
    packet.push_back(!parts.options.empty() ? parts.first_extension : fragmented ? std::uint8_t{44} : protocol);
    packet.push_back(64);
    add(packet, address_of(from));
    add(packet, address_of(to));
    add(packet, parts.options);
    if (fragmented) {
      packet.push_back(protocol);
      packet.push_back(0);
      add16(packet, parts.fragment_offset | (parts.more_fragments ? 1U : 0U));
      add32(packet, parts.id);
    }
  } else {
    const std::size_t header = 20 + parts.options.size();
    packet.push_back(static_cast<std::uint8_t>(0x40 | (header / 4)));
    packet.push_back(0);
    add16(packet, static_cast<std::uint32_t>(header + payload.size()));
    add16(packet, parts.id);
    add16(packet, (parts.fragment_offset / 8) | (parts.more_fragments ? 0x2000U : 0U));
    packet.push_back(64);
    packet.push_back(protocol);
    add16(packet, 0);
    add(packet, address_of(from));
    add(packet, address_of(to));
    add(packet, parts.options);
    set16(packet, 10, static_cast<std::uint16_t>(~plain_sum(packet)));
  }
  add(packet, payload);
  return packet;
}

struct TcpParts {
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = kAck;
  std::uint16_t urgent = 0;
  Octets options;
};

inline Octets tcp_segment(const Host& from, const Host& to, const TcpParts& parts, std::string_view payload = {}) {
  Octets segment;
  add16(segment, from.port);
  add16(segment, to.port);
  add32(segment, parts.seq);
  add32(segment, parts.ack);
  segment.push_back(static_cast<std::uint8_t>((20 + parts.options.size()) / 4 << 4));
  segment.push_back(parts.flags);
  add16(segment, 65'535);
  add16(segment, 0);
  add16(segment, parts.urgent);
  add(segment, parts.options);
  add(segment, octets(payload));
  set16(segment, 16, static_cast<std::uint16_t>(~plain_sum(segment, pseudo_sum(from, to, 6, segment.size()))));
  return segment;
}

inline Octets tcp_packet(const Host& from, const Host& to, const TcpParts& parts, std::string_view payload = {}) {
  return ip_packet(from, to, 6, tcp_segment(from, to, parts, payload));
}

inline Octets udp_segment(const Host& from, const Host& to, std::string_view payload) {
  Octets segment;
  add16(segment, from.port);
  add16(segment, to.port);
  add16(segment, static_cast<std::uint32_t>(8 + payload.size()));
  add16(segment, 0);
  add(segment, octets(payload));
  const auto sum = static_cast<std::uint16_t>(~plain_sum(segment, pseudo_sum(from, to, 17, segment.size())));
  set16(segment, 6, sum == 0 ? 0xffffU : sum);
  return segment;
}

inline Octets udp_packet(const Host& from, const Host& to, std::string_view payload) {
  return ip_packet(from, to, 17, udp_segment(from, to, payload));
}

inline Octets icmp_packet(const Host& from, const Host& to, std::uint8_t type, std::string_view payload) {
  Octets message{type, 0, 0, 0, 0, 1, 0, 1};
  add(message, octets(payload));
  const std::uint8_t protocol = from.v6 ? 58 : 1;
  const std::uint64_t pseudo = from.v6 ? pseudo_sum(from, to, protocol, message.size()) : 0;
  set16(message, 2, static_cast<std::uint16_t>(~plain_sum(message, pseudo)));
  return ip_packet(from, to, protocol, message);
}

/// Puts link headers in front of an IP packet.
inline Octets ethernet_frame(const Octets& packet, const std::vector<std::uint16_t>& vlans = {},
                             std::uint16_t type = 0) {
  Octets frame(12, 0x02);
  for (const std::uint16_t vlan : vlans) {
    add16(frame, 0x8100);
    add16(frame, vlan);
  }
  add16(frame, type != 0 ? type : (packet[0] >> 4) == 6 ? 0x86ddU : 0x0800U);
  add(frame, packet);
  return frame;
}

}  // namespace bulkhead::test
