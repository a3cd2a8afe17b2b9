#pragma once

#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "decode/ip_layer.hpp"

namespace bulkhead {

namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t urg = 0x20;
}  // namespace tcp_flag

inline constexpr std::size_t kTcpChecksumOffset = 16;
inline constexpr std::size_t kUdpChecksumOffset = 6;
inline constexpr std::size_t kIcmpChecksumOffset = 2;

struct TransportLayer {
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t seq = 0, ack = 0;
  std::uint8_t flags = 0;
  std::uint16_t urgent = 0;
  bool has_checksum = true;  ///< false for an IPv4 UDP datagram sent without one
  Bytes options;             ///< TCP only
  Bytes payload;
  std::size_t missing = 0;   ///< payload bytes that the capture cut off

  [[nodiscard]] bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
};

/// Decodes a TCP, UDP, ICMP or ICMPv6 header at the start of `ip.payload`. ICMP payload is what follows its eight
/// header bytes. Anything else is `unknown`.
[[nodiscard]] LayerOutcome decode_transport(const IpLayer& ip, TransportLayer& out) noexcept;

/// Whether TCP options contain an MD5 signature (RFC 2385) or TCP-AO (RFC 5925). A receiver that did not ask for one
/// discards the segment.
[[nodiscard]] bool has_signature_option(Bytes options) noexcept;

}  // namespace bulkhead
