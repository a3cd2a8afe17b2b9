#pragma once

#include <cstdint>
#include <cstring>

#include "bulkhead/packet.hpp"
#include "decode/sip_hash.hpp"

namespace bulkhead {

/// Equality of addresses as two words: comparing byte arrays is a call into the C library.
[[nodiscard]] inline bool same_address(const Address& a, const Address& b) noexcept {
  std::uint64_t x[2], y[2];
  std::memcpy(x, a.bytes.data(), sizeof x);
  std::memcpy(y, b.bytes.data(), sizeof y);
  return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

/// What makes two packets belong to one session. Source and destination as in the packet; the hash is symmetric.
struct FlowKey {
  Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t protocol = 0;
  std::uint32_t tenant = 0;
  std::uint32_t vlan = 0;

  /// True when the source is the upper of the two endpoints, by an order of this machine's own: tells the directions of
  /// a pair apart where only the symmetric hash is kept.
  [[nodiscard]] bool source_is_upper() const noexcept {
    std::uint64_t mine[2], theirs[2];
    std::memcpy(mine, source.bytes.data(), sizeof mine);
    std::memcpy(theirs, destination.bytes.data(), sizeof theirs);
    if (mine[1] != theirs[1]) return mine[1] > theirs[1];
    if (mine[0] != theirs[0]) return mine[0] > theirs[0];
    return source_port > destination_port;
  }
};

struct HashKey {
  std::uint64_t k0 = 0, k1 = 0;
};

/// Keyed 64-bit hash, equal for both directions of a session.
[[nodiscard]] inline std::uint64_t hash_flow(const FlowKey& key, const HashKey& secret) noexcept {
  const bool upper = key.source_is_upper();
  const Address& low = upper ? key.destination : key.source;
  const Address& high = upper ? key.source : key.destination;
  const std::uint64_t low_port = upper ? key.destination_port : key.source_port;
  const std::uint64_t high_port = upper ? key.source_port : key.destination_port;

  SipHash hash(secret.k0, secret.k1);
  std::uint64_t words[4];
  std::memcpy(words, low.bytes.data(), 16);
  std::memcpy(words + 2, high.bytes.data(), 16);
  // The upper half of an IPv4-mapped address is zero: leaving it out of both halves the work of the common case.
  if ((words[0] | words[2]) != 0) hash.add(words[0]).add(words[2]);
  hash.add(words[1]).add(words[3]);
  hash.add((low_port << 32) | (high_port << 16) | key.protocol);
  return hash.add((std::uint64_t{key.tenant} << 32) | key.vlan).finish();
}

}  // namespace bulkhead
