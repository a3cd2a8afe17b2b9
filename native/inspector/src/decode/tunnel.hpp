#pragma once

#include <cstddef>
#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "decode/ip_layer.hpp"
#include "decode/link_layer.hpp"

namespace bulkhead {

/// Tunnels inside tunnels that are followed. Overlays have one, a mirrored overlay two; more are a way to hide a packet.
inline constexpr unsigned kMaxTunnels = 4;

/// What a tunnel carries, as its own header says.
struct Tunnel {
  enum class State : std::uint8_t {
    none,       ///< not a tunnel: the packet's own payload is what there is
    inside,     ///< `inner` begins with the headers of another packet
    control,    ///< keeps a tunnel alive and carries nothing of workloads
    unknown,    ///< a tunnel whose content is not decoded
    cut_short,
    malformed,
  };
  State state = State::none;
  /// Ethertype of `inner`, or kEthernetInside for a whole frame.
  std::uint16_t type = 0;
  Bytes inner;
  std::size_t inner_length = 0;   ///< as the headers say; `inner` may be shorter in a cut capture
  std::uint64_t id = 0;           ///< kind and identifier (VNI, key, TEID …): two tunnels never share one
  /// The carrier is a datagram that any program may send: only when the inner headers fit exactly is it this tunnel.
  bool by_port = false;
};

inline constexpr std::uint16_t kEthernetInside = 0x6558;  ///< transparent Ethernet bridging, RFC 1701

/// Looks for a tunnel in an unfragmented IP packet: IP in IP (RFC 2003, 4213), GRE (RFC 2784, 2890) with ERSPAN, and by
/// UDP port VXLAN (RFC 7348), Geneve (RFC 8926) and GTP-U (3GPP TS 29.281).
[[nodiscard]] Tunnel decode_tunnel(const IpLayer& ip) noexcept;

}  // namespace bulkhead
