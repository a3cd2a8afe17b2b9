#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Link types as numbered by the pcap registry (LINKTYPE_*); only those that are decoded.
enum class LinkType : std::uint16_t {
  null = 0,
  ethernet = 1,
  raw_bsd = 12,
  raw = 101,
  loop = 108,
  linux_sll = 113,
  ipv4 = 228,
  ipv6 = 229,
  linux_sll2 = 276,
};

/// An IPv4 address is held as its IPv4-mapped IPv6 form (RFC 4291 2.5.5.2).
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const Address&, const Address&) = default;
  [[nodiscard]] bool is_v4() const noexcept {
    for (std::size_t i = 0; i < 10; ++i)
      if (bytes[i] != 0) return false;
    return bytes[10] == 0xff && bytes[11] == 0xff;
  }
};

/// Which way bytes travel: `request` is client to server.
enum class Direction : std::uint8_t { request = 0, response = 1 };
constexpr Direction opposite(Direction d) noexcept {
  return d == Direction::request ? Direction::response : Direction::request;
}
constexpr std::size_t index_of(Direction d) noexcept { return static_cast<std::size_t>(d); }

/// Which way a packet goes, seen from the network namespace that its source watches.
enum class Way : std::uint8_t { unknown, in, out, through };

/// One packet as a source hands it over. `data` must stay valid and may be written to during the call when
/// `writable` is set (inline sources): masking overwrites the datum in place.
struct RawPacket {
  Bytes data;
  LinkType link = LinkType::ethernet;
  std::uint32_t wire_length = 0;          ///< length on the wire; above data.size() when a capture cut the packet
  std::uint64_t time_ns = 0;              ///< since the epoch; never read from a clock inside the engine
  std::uint64_t number = 0;               ///< 1-based position in the capture, or a running number of the source
  std::uint32_t tenant = 0;               ///< which network the packet belongs to: part of the flow key
  bool checksum_pending = false;          ///< the kernel fills transport checksums in later: do not verify
  bool writable = false;
  Way way = Way::unknown;
};

}  // namespace bulkhead
