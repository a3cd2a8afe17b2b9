#pragma once

#include <cstddef>
#include <cstdint>

#include "bulkhead/packet.hpp"
#include "decode/link_layer.hpp"

namespace bulkhead {

inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kProtocolFragment6 = 44;
inline constexpr std::uint8_t kProtocolIcmp6 = 58;
inline constexpr std::uint8_t kProtocolNone = 59;

/// Longest chain of IPv6 extension headers followed. Linux itself accepts each kind once or twice; longer chains are
/// made to outlast inspectors.
inline constexpr unsigned kMaxExtensionHeaders = 8;

struct IpLayer {
  Address source, destination;
  std::uint8_t protocol = 0;      ///< of the payload; for a fragment, of the reassembled payload's first header
  bool v6 = false;
  bool fragmented = false;
  bool more_fragments = false;
  bool checksum_blank = false;    ///< IPv4 header checksum of zero where one was to be verified
  std::uint32_t fragment_id = 0;
  std::uint32_t fragment_offset = 0;  ///< bytes
  std::size_t payload_offset = 0;     ///< in the packet's data
  std::size_t payload_length = 0;     ///< as the headers say; `payload` may be shorter in a cut capture
  Bytes payload;

  [[nodiscard]] std::size_t missing() const noexcept { return payload_length - payload.size(); }
};

struct IpOptions {
  bool verify_checksum = true;
  /// Captures taken above a network card that fills things in hold a checksum of zero, and a total length of zero for
  /// what it is to segment: accept them. A blank checksum is then only noted, for the caller to judge.
  bool above_network_card = false;
};

/// Decodes the IP header at `l3_offset`. `wire_length` bounds what the header may claim.
[[nodiscard]] LayerOutcome decode_ip(Bytes data, std::size_t wire_length, std::size_t l3_offset, bool v6,
                                     IpOptions options, IpLayer& ip) noexcept;

/// Steps over IPv6 extension headers at the start of `ip.payload`, up to the transport header or a fragment header
/// that really fragments.
[[nodiscard]] LayerOutcome skip_extensions(IpLayer& ip) noexcept;

}  // namespace bulkhead
