#pragma once

#include <cstddef>
#include <cstdint>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// What decoding a layer came to.
enum class LayerOutcome : std::uint8_t {
  ok,
  control,    ///< a protocol that carries no payload of workloads (ARP, LLDP, …): nothing to inspect
  unknown,    ///< may carry payload, but is not decoded
  cut_short,  ///< the captured bytes end inside a header
  malformed,
  too_deep,
  bad_checksum,
};

/// 802.1ad allows two tags; more are a way to hide a packet from whoever stops looking.
inline constexpr unsigned kMaxVlanTags = 2;

struct LinkLayer {
  LayerOutcome outcome = LayerOutcome::unknown;
  bool v6 = false;
  std::size_t l3_offset = 0;  ///< also set when the outcome is not ok: where the undecoded part begins
  std::uint32_t vlan = 0;     ///< identifies the tag stack: part of every key; 0 for untagged
  std::uint64_t path = 0;     ///< identifies the MPLS labels or PPPoE session; 0 for neither
};

/// Labels and sessions between the link and the network layer that are followed.
inline constexpr unsigned kMaxLabels = 8;

/// Finds the network layer of a packet: through VLAN tags (802.1Q, 802.1ad), MPLS labels (RFC 3032) and PPPoE sessions
/// (RFC 2516).
[[nodiscard]] LinkLayer decode_link(const RawPacket& packet) noexcept;

/// The same for what begins with the payload of `type`; kEthernetInside (see tunnel.hpp) is a whole Ethernet frame.
[[nodiscard]] LinkLayer decode_inner_link(Bytes data, std::uint16_t type) noexcept;

}  // namespace bulkhead
