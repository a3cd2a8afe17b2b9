#include "flow/fragment_table.hpp"

#include <algorithm>
#include <cstring>

namespace bulkhead {
namespace {

/// As long as Linux waits (net.ipv4.ipfrag_time).
constexpr std::uint64_t kFragmentTimeoutNs = 30'000'000'000;
/// Enough for 64 KiB over the smallest MTU that IPv6 allows, five times over; bounds every walk of a chain.
constexpr std::uint32_t kMaxFragmentsPerDatagram = 256;
constexpr std::uint32_t kMaxDatagram = 0xffff;

/// IPv6 identifies a datagram without the next header, which only the first fragment's counts for (RFC 8200 4.5).
std::uint8_t key_protocol(const IpLayer& fragment) noexcept {
  return fragment.v6 ? kProtocolFragment6 : fragment.protocol;
}

std::uint64_t hash_fragment(const IpLayer& fragment, std::uint32_t tenant, std::uint32_t vlan,
                            const HashKey& secret) noexcept {
  std::uint64_t words[4];
  std::memcpy(words, fragment.source.bytes.data(), 16);
  std::memcpy(words + 2, fragment.destination.bytes.data(), 16);
  SipHash hash(secret.k0, secret.k1);
  for (const std::uint64_t word : words) hash.add(word);
  hash.add((std::uint64_t{fragment.fragment_id} << 32) | key_protocol(fragment));
  return hash.add((std::uint64_t{tenant} << 32) | vlan).finish();
}

/// Whether a fragment that reaches from `offset` to `end` cannot belong to the datagram.
bool contradicts(const PartialDatagram& datagram, BlockPool& pool, const IpLayer& fragment,
                        std::uint64_t end) noexcept {
  if (datagram.length_known && end > datagram.length) return true;
  if (fragment.more_fragments) return false;
  if (datagram.length_known) return end != datagram.length;
  return datagram.chain.tail != 0 && pool[datagram.chain.tail].end() > end;
}

}  // namespace

FragmentTable::FragmentTable(const EngineConfig& config, BlockBudget& budget)
    : max_fragments_(std::max(config.limits.max_fragments, 2U)),
      inline_mode_(config.inline_mode),
      secret_{config.hash_key[0], config.hash_key[1]},
      budget_(budget),
      datagrams_(max_fragments_ / 2),
      buckets_(max_fragments_ / 2) {}

PartialDatagram* FragmentTable::find(const IpLayer& fragment, std::uint32_t tenant, std::uint32_t vlan,
                                     std::uint64_t hash) noexcept {
  for (std::uint32_t at = buckets_.head(hash); at != 0;) {
    PartialDatagram& datagram = datagrams_[at];
    if (datagram.hash == hash && datagram.id == fragment.fragment_id && datagram.source == fragment.source &&
        datagram.destination == fragment.destination && datagram.protocol == key_protocol(fragment) &&
        datagram.tenant == tenant && datagram.vlan == vlan)
      return &datagram;
    at = datagram.chain_next;
  }
  return nullptr;
}

PartialDatagram* FragmentTable::open(const IpLayer& fragment, std::uint32_t tenant, std::uint32_t vlan,
                                     std::uint64_t hash, std::uint64_t now_ns, FragmentResult& result) noexcept {
  if (datagrams_.full()) result.bytes_lost += remove(datagrams_[oldest_]);
  const std::uint32_t index = datagrams_.acquire();
  if (index == 0) return nullptr;
  PartialDatagram& datagram = datagrams_[index];
  datagram.source = fragment.source;
  datagram.destination = fragment.destination;
  datagram.id = fragment.fragment_id;
  datagram.protocol = key_protocol(fragment);
  datagram.tenant = tenant;
  datagram.vlan = vlan;
  datagram.hash = hash;
  datagram.index = index;
  datagram.started_ns = now_ns;
  std::uint32_t& head = buckets_.head(hash);
  datagram.chain_next = head;
  head = index;
  datagram.older = newest_;
  (newest_ != 0 ? datagrams_[newest_].newer : oldest_) = index;
  newest_ = index;
  return &datagram;
}

/// Frees what a datagram holds, but remembers that it is not to be collected.
std::uint32_t FragmentTable::discard(PartialDatagram& datagram, bool hostile) noexcept {
  const std::uint32_t lost = datagram.held;
  clear(datagram.chain, budget_.pool());
  fragments_ -= datagram.fragments;
  datagram.fragments = 0;
  datagram.held = 0;
  datagram.discarded = true;
  datagram.hostile = hostile;
  return lost;
}

std::uint32_t FragmentTable::remove(PartialDatagram& datagram) noexcept {
  const std::uint32_t lost = discard(datagram, false);
  std::uint32_t* at = &buckets_.head(datagram.hash);
  while (*at != datagram.index) at = &datagrams_[*at].chain_next;
  *at = datagram.chain_next;
  (datagram.newer != 0 ? datagrams_[datagram.newer].older : newest_) = datagram.older;
  (datagram.older != 0 ? datagrams_[datagram.older].newer : oldest_) = datagram.newer;
  datagrams_.release(datagram.index);
  return lost;
}

void FragmentTable::assemble(PartialDatagram& datagram, const IpLayer& fragment, IpLayer& whole) noexcept {
  assembled_.resize(kMaxDatagram);  // once; from then on it has its size
  copy_out(datagram.chain, budget_.pool(), 0, {assembled_.data(), datagram.length});
  whole = fragment;
  whole.protocol = datagram.payload_protocol;
  whole.fragmented = false;
  whole.more_fragments = false;
  whole.payload_offset = 0;
  whole.payload_length = datagram.length;
  whole.payload = Bytes(assembled_).first(datagram.length);
}

bool FragmentTable::store(PartialDatagram& datagram, const IpLayer& fragment, FragmentResult& result) noexcept {
  while (fragments_ >= max_fragments_ && oldest_ != datagram.index) result.bytes_lost += remove(datagrams_[oldest_]);
  const std::size_t size = fragment.payload.size();
  if (fragments_ >= max_fragments_ || datagram.fragments >= kMaxFragmentsPerDatagram) return false;
  if (!budget_.reserve_unowned(size)) return false;
  if (insert_missing(datagram.chain, budget_.pool(), {}, fragment.fragment_offset, fragment.payload) != size)
    return false;
  ++datagram.fragments;
  ++fragments_;
  return true;
}

FragmentResult FragmentTable::add(const IpLayer& fragment, std::uint32_t tenant, std::uint32_t vlan,
                                  std::uint64_t now_ns, IpLayer& whole) noexcept {
  FragmentResult result;
  result.collected = false;
  const auto size = static_cast<std::uint32_t>(fragment.payload.size());
  const std::uint64_t end = std::uint64_t{fragment.fragment_offset} + fragment.payload_length;
  const bool ragged = fragment.more_fragments && fragment.payload_length % 8 != 0;
  result.malformed = fragment.payload_length == 0 || end > kMaxDatagram || ragged;
  if (result.malformed || fragment.missing() > 0) return result;

  const std::uint64_t hash = hash_fragment(fragment, tenant, vlan, secret_);
  PartialDatagram* datagram = find(fragment, tenant, vlan, hash);
  if (datagram == nullptr) datagram = open(fragment, tenant, vlan, hash, now_ns, result);
  if (datagram == nullptr) return result;
  result.hostile = datagram->hostile;
  if (datagram->discarded) return result;

  result.malformed = contradicts(*datagram, budget_.pool(), fragment, end);
  const Comparison known = compare(datagram->chain, budget_.pool(), fragment.fragment_offset, fragment.payload);
  // An exact duplicate changes nothing; any other overlap in IPv6 is an attack (RFC 5722).
  const bool forbidden = fragment.v6 && known.compared > 0 && known.compared != size;
  result.overlap = known.differs || forbidden;
  if (result.malformed || (result.overlap && fragment.v6)) {
    result.bytes_lost += discard(*datagram, true);
    return result;
  }
  if (result.overlap && inline_mode_) return result;
  if (!store(*datagram, fragment, result)) {
    result.bytes_lost += discard(*datagram, false);
    return result;
  }
  result.collected = true;
  datagram->held += size - known.compared;
  if (fragment.fragment_offset == 0) datagram->payload_protocol = fragment.protocol;
  if (!fragment.more_fragments) {
    datagram->length_known = true;
    datagram->length = static_cast<std::uint32_t>(end);
  }
  result.complete = datagram->length_known && datagram->held == datagram->length;
  if (result.complete) {
    assemble(*datagram, fragment, whole);
    remove(*datagram);
  }
  return result;
}

std::uint64_t FragmentTable::expire(std::uint64_t now_ns) noexcept {
  std::uint64_t lost = 0;
  while (oldest_ != 0) {
    PartialDatagram& datagram = datagrams_[oldest_];
    if (now_ns < datagram.started_ns || now_ns - datagram.started_ns < kFragmentTimeoutNs) break;
    lost += remove(datagram);
  }
  return lost;
}

std::uint64_t FragmentTable::finish() noexcept {
  std::uint64_t lost = 0;
  while (oldest_ != 0) lost += remove(datagrams_[oldest_]);
  return lost;
}

}  // namespace bulkhead
