#include "source/tap.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "source/namespace_entry.hpp"
#include "source/read_ahead.hpp"

namespace bulkhead {
namespace {

/// Room kept in front of every packet, for a cooked header where the protocol is not plain IP.
constexpr unsigned kReserve = 16;

SourceFailure refusal(const std::string& interface, const char* step, int error) {
  if (error == EPERM || error == EACCES)
    return {SourceError::not_permitted, "tap on " + interface + ": not permitted; run as root (CAP_NET_RAW is needed)"};
  return {SourceError::tap_unavailable, "tap on " + interface + ": " + step + ": " + std::strerror(error)};
}

bool has_ethernet_header(int fd, const std::string& interface) noexcept {
  ifreq request{};
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (::ioctl(fd, SIOCGIFHWADDR, &request) != 0) return false;
  return request.ifr_hwaddr.sa_family == ARPHRD_ETHER || request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
}

/// The state word of a block is the only thing that the kernel and we write at the same time.
std::atomic_ref<std::uint32_t> state_of(std::uint8_t* block) noexcept {
  return std::atomic_ref<std::uint32_t>(reinterpret_cast<tpacket_block_desc*>(block)->hdr.bh1.block_status);
}

/// Writes a Linux cooked header (LINKTYPE_LINUX_SLL) in front of a network packet of the ring.
void put_cooked_header(std::uint8_t* at, const sockaddr_ll& from) noexcept {
  std::memset(at, 0, kReserve);
  at[1] = from.sll_pkttype;
  std::memcpy(at + 14, &from.sll_protocol, 2);
}

}  // namespace

std::unique_ptr<Tap> Tap::open(const TapOptions& options, SourceFailure& failure) {
  std::unique_ptr<Tap> tap(new Tap);
  failure = run_in_namespace(options.netns, [&] { return tap->configure(options); });
  if (failure.failed()) return nullptr;
  return tap;
}

SourceFailure Tap::configure(const TapOptions& options) {
  const bool any = options.interface == "any";
  const unsigned index = any ? 0 : ::if_nametoindex(options.interface.c_str());
  if (!any && index == 0) {
    return {SourceError::tap_unavailable,
            "tap on " + options.interface + ": no such interface in the namespace; name one, or any"};
  }
  const UniqueFd query(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  cooked_ = any || !has_ethernet_header(query.get(), options.interface);
  loopback_index_ = ::if_nametoindex("lo");

  // Protocol 0: nothing arrives before the ring stands and the socket is bound.
  socket_.reset(::socket(AF_PACKET, (cooked_ ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC, 0));
  if (!socket_.valid()) return refusal(options.interface, "packet socket", errno);
  const int version = TPACKET_V3;
  if (::setsockopt(fd(), SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0)
    return refusal(options.interface, "TPACKET_V3", errno);
  if (::setsockopt(fd(), SOL_PACKET, PACKET_RESERVE, &kReserve, sizeof kReserve) != 0)
    return refusal(options.interface, "reserved headroom", errno);
  tpacket_req3 request{};
  request.tp_block_size = kBlockBytes;
  request.tp_block_nr = std::clamp(options.ring_bytes / kBlockBytes, kMinBlocks, kMaxBlocks);
  request.tp_frame_size = TPACKET_ALIGNMENT << 7;
  request.tp_frame_nr = kBlockBytes / request.tp_frame_size * request.tp_block_nr;
  request.tp_retire_blk_tov = kRetireMs;
  if (::setsockopt(fd(), SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0)
    return refusal(options.interface, "packet ring", errno);
  void* const ring = ::mmap(nullptr, std::size_t{kBlockBytes} * request.tp_block_nr, PROT_READ | PROT_WRITE, MAP_SHARED, fd(), 0);
  if (ring == MAP_FAILED) return refusal(options.interface, "packet ring", errno);
  ring_ = static_cast<std::uint8_t*>(ring);
  blocks_ = request.tp_block_nr;

  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(index);
  if (::bind(fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return refusal(options.interface, "binding", errno);
  return {};
}

Tap::~Tap() {
  if (ring_ != nullptr) ::munmap(ring_, std::size_t{kBlockBytes} * blocks_);
}

bool Tap::take_block(Block& block) noexcept {
  std::uint8_t* const at = ring_ + std::size_t{block_} * kBlockBytes;
  if ((state_of(at).load(std::memory_order_acquire) & TP_STATUS_USER) == 0) return false;
  const auto& head = reinterpret_cast<tpacket_block_desc*>(at)->hdr.bh1;
  block.next = at + head.offset_to_first_pkt;
  block.left = head.num_pkts;
  return true;
}

void Tap::release_block() noexcept {
  state_of(ring_ + std::size_t{block_} * kBlockBytes).store(TP_STATUS_KERNEL, std::memory_order_release);
  block_ = (block_ + 1) % blocks_;
}

bool Tap::take_packet(Block& block, RawPacket& packet) noexcept {
  packet = {};
  if (block.left == 0) return false;
  --block.left;
  std::uint8_t* const at = block.next;
  const auto* head = reinterpret_cast<const tpacket3_hdr*>(at);
  block.next = at + head->tp_next_offset;
  // How large the next one is would have to be waited for: as large as this one, mostly.
  if (block.left > 0) read_ahead({block.next, head->tp_next_offset});
  sockaddr_ll from;
  std::memcpy(&from, at + TPACKET_ALIGN(sizeof(tpacket3_hdr)), sizeof from);
  if (from.sll_pkttype == PACKET_OUTGOING && static_cast<unsigned>(from.sll_ifindex) == loopback_index_) return true;

  packet.time_ns = std::uint64_t{head->tp_sec} * 1'000'000'000 + head->tp_nsec;
  packet.checksum_pending = (head->tp_status & TP_STATUS_CSUMNOTREADY) != 0;
  std::uint8_t* data = at + (cooked_ ? head->tp_net : head->tp_mac);
  std::uint32_t held = head->tp_snaplen;
  std::uint32_t length = head->tp_len;
  if (!cooked_) {
    packet.link = LinkType::ethernet;
  } else if (from.sll_protocol == htons(ETH_P_IP)) {
    packet.link = LinkType::ipv4;
  } else if (from.sll_protocol == htons(ETH_P_IPV6)) {
    packet.link = LinkType::ipv6;
  } else {
    data -= kReserve;
    held += kReserve;
    length += kReserve;
    put_cooked_header(data, from);
    packet.link = LinkType::linux_sll;
  }
  if (static_cast<unsigned>(from.sll_ifindex) != loopback_index_) {
    if (from.sll_pkttype == PACKET_OUTGOING) packet.way = Way::out;
    if (from.sll_pkttype == PACKET_HOST) packet.way = Way::in;
  }
  packet.data = {data, held};
  packet.wire_length = length;
  return true;
}

std::uint64_t Tap::take_overruns() noexcept {
  tpacket_stats_v3 statistics{};
  socklen_t size = sizeof statistics;
  if (::getsockopt(fd(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) return 0;
  return statistics.tp_drops;
}

}  // namespace bulkhead
