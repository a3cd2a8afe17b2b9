#pragma once

#include <cstdint>
#include <vector>

#include "decode/ip_layer.hpp"
#include "decode/sip_hash.hpp"
#include "flow/block_budget.hpp"
#include "flow/block_chain.hpp"
#include "flow/flow_key.hpp"
#include "flow/hash_index.hpp"

namespace bulkhead {

/// A datagram whose fragments are being collected.
struct PartialDatagram {
  Address source, destination;
  std::uint32_t id = 0;
  std::uint32_t tenant = 0;
  std::uint32_t vlan = 0;
  std::uint8_t protocol = 0;          ///< as in the key; for IPv6 the fragment header's own number
  std::uint8_t payload_protocol = 0;  ///< of the first fragment
  bool length_known = false;
  bool discarded = false;             ///< its further fragments are refused until it times out
  bool hostile = false;               ///< discarded for what it was, not for lack of room
  std::uint32_t length = 0;
  std::uint32_t held = 0;             ///< bytes in the chain
  std::uint32_t fragments = 0;
  BlockChain chain;                   ///< by offset
  std::uint64_t started_ns = 0;
  std::uint64_t hash = 0;
  std::uint32_t index = 0;
  std::uint32_t chain_next = 0;
  std::uint32_t newer = 0, older = 0;
};

struct FragmentResult {
  bool complete = false;
  bool collected = true;         ///< false: the fragment was not taken in
  bool overlap = false;          ///< it differs from what was accepted first, or may not overlap at all
  bool malformed = false;        ///< it contradicts itself or its datagram
  bool hostile = false;          ///< its datagram was given up because of an earlier overlap or contradiction
  std::uint32_t bytes_lost = 0;  ///< held by datagrams that were given up
};

/// Collects IPv4 and IPv6 fragments. The first bytes accepted for an offset win; an IPv6 datagram with overlapping
/// fragments is discarded whole (RFC 5722).
///
/// Inline a fragment is forwarded when it is held: the datagram is of no use to its receiver before the last one comes,
/// and that one is judged with the whole. (After connection tracking, NFQUEUE shows reassembled packets anyway.)
class FragmentTable {
 public:
  FragmentTable(const EngineConfig& config, BlockBudget& budget);

  /// Takes in one fragment. When complete, `whole` is the datagram; its payload is valid until the next call.
  FragmentResult add(const IpLayer& fragment, std::uint32_t tenant, std::uint32_t vlan, std::uint64_t now_ns,
                     IpLayer& whole) noexcept;
  /// Gives up what timed out. Returns the bytes lost.
  std::uint64_t expire(std::uint64_t now_ns) noexcept;
  std::uint64_t finish() noexcept;
  [[nodiscard]] std::uint32_t fragments() const noexcept { return fragments_; }

 private:
  PartialDatagram* find(const IpLayer& fragment, std::uint32_t tenant, std::uint32_t vlan,
                        std::uint64_t hash) noexcept;
  PartialDatagram* open(const IpLayer& fragment, std::uint32_t tenant, std::uint32_t vlan, std::uint64_t hash,
                        std::uint64_t now_ns, FragmentResult& result) noexcept;
  std::uint32_t discard(PartialDatagram& datagram, bool hostile) noexcept;
  bool store(PartialDatagram& datagram, const IpLayer& fragment, FragmentResult& result) noexcept;
  std::uint32_t remove(PartialDatagram& datagram) noexcept;
  void assemble(PartialDatagram& datagram, const IpLayer& fragment, IpLayer& whole) noexcept;

  std::uint32_t max_fragments_;
  bool inline_mode_;
  HashKey secret_;
  BlockBudget& budget_;
  SlabPool<PartialDatagram> datagrams_;
  HashIndex buckets_;
  std::uint32_t newest_ = 0, oldest_ = 0;
  std::uint32_t fragments_ = 0;
  std::vector<std::uint8_t> assembled_;
};

}  // namespace bulkhead
