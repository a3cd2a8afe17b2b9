#include "source/nf_queue.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "source/namespace_entry.hpp"
#include "source/netlink_message.hpp"

namespace bulkhead {
namespace {

/// Whole packets: the kernel caps it to what a netlink attribute can hold.
constexpr std::uint32_t kCopyRange = 0xffff;
/// Packets that may wait for a verdict. Above what the receive buffer holds, so that the buffer overruns first: that
/// shows as a hole in the packet ids.
constexpr std::uint32_t kQueueLength = 32'768;
/// A few hundred super-packets of 64 KiB: some 20 ms of a 10 Gbit/s stream.
constexpr int kReceiveBuffer = 32 << 20;
/// Several modified super-packets in one message.
constexpr int kSendBuffer = 4 << 20;
constexpr std::size_t kRequestBytes = 256;

Way way_of(std::uint8_t hook) noexcept {
  switch (hook) {
    case NF_INET_LOCAL_IN: return Way::in;
    case NF_INET_LOCAL_OUT: return Way::out;
    case NF_INET_FORWARD: return Way::through;
    default: return Way::unknown;
  }
}

/// Connected to the kernel: whoever may change the rules of a namespace may send to any other netlink socket there, and would be
/// believed to be queued packets.
UniqueFd socket_for_netfilter() noexcept {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (fd.valid() && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) != 0) {
    const int error = errno;
    fd.reset();
    errno = error;
  }
  return fd;
}

int command(int fd, std::uint16_t queue, std::uint8_t what, std::uint16_t family) noexcept {
  std::array<std::uint8_t, kRequestBytes> buffer;
  NetlinkWriter message(buffer);
  message.begin(NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, NLM_F_ACK, queue);
  const nfqnl_msg_config_cmd config{what, 0, htons(family)};
  message.attribute(NFQA_CFG_CMD, &config, sizeof config);
  return netlink_request(fd, message.written());
}

SourceFailure refusal(const std::string& what, int error) {
  if (error == EPERM || error == EACCES)
    return {SourceError::not_permitted, what + ": not permitted; run as root (CAP_NET_ADMIN is needed)"};
  if (error == EBUSY) {
    return {SourceError::queue_unavailable,
            what + ": another process holds that queue; stop it or choose another queue number"};
  }
  if (error == EINVAL || error == EOPNOTSUPP || error == EPROTONOSUPPORT) {
    return {SourceError::queue_unavailable,
            what + ": the kernel has no packet queues; load or build nfnetlink_queue (CONFIG_NETFILTER_NETLINK_QUEUE)"};
  }
  return {SourceError::queue_unavailable, what + ": " + std::strerror(error)};
}

}  // namespace

std::unique_ptr<NfQueue> NfQueue::open(const QueueOptions& options, SourceFailure& failure) {
  std::unique_ptr<NfQueue> queue(new NfQueue(options.number));
  failure = run_in_namespace(options.netns, [&] { return queue->configure(options); });
  if (failure.failed()) return nullptr;
  return queue;
}

SourceFailure NfQueue::configure(const QueueOptions& options) {
  const std::string what = "packet queue " + std::to_string(number_);
  socket_ = socket_for_netfilter();
  if (!socket_.valid()) return refusal(what, errno);
  const int fd = socket_.get();
  const int on = 1;
  // Without the privilege for the forced sizes the kernel's limits hold.
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  if (::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
  // Overruns are counted from the packet ids; an error on the socket would only interrupt reading.
  ::setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on);

  int bound = command(fd, number_, NFQNL_CFG_CMD_BIND, AF_UNSPEC);
  // A queue of somebody else is refused like a missing privilege; only the latter refuses everything.
  if (bound == EPERM && command(fd, 0, NFQNL_CFG_CMD_PF_BIND, AF_INET) == 0) bound = EBUSY;
  if (bound != 0) return refusal(what, bound);

  std::array<std::uint8_t, kRequestBytes> buffer;
  NetlinkWriter message(buffer);
  message.begin(NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, NLM_F_ACK, number_);
  const std::uint32_t flags = NFQA_CFG_F_GSO | (options.fail_open ? NFQA_CFG_F_FAIL_OPEN : 0U);
  message.attribute_u32(NFQA_CFG_MASK, NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN);
  message.attribute_u32(NFQA_CFG_FLAGS, flags);
  message.attribute_u32(NFQA_CFG_QUEUE_MAXLEN, kQueueLength);
  // The copy mode comes last: with it packets begin to flow, and the acknowledgement must not be behind them.
  const nfqnl_msg_config_params copy{htonl(kCopyRange), NFQNL_COPY_PACKET};
  if (const int error = netlink_request(fd, message.written()); error != 0) return refusal(what, error);
  message.clear();
  message.begin(NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, 0, number_);
  message.attribute(NFQA_CFG_PARAMS, &copy, sizeof copy);
  const Bytes last = message.written();
  if (::send(fd, last.data(), last.size(), 0) < 0) return refusal(what, errno);

  statistics_.reset(::open("/proc/thread-self/net/netfilter/nfnetlink_queue", O_RDONLY | O_CLOEXEC));
  return {};
}

NfQueue::~NfQueue() {
  if (!socket_.valid()) return;
  // Closing the socket would unbind as well; this way the rule's bypass holds from here on, not from some later moment.
  std::array<std::uint8_t, kRequestBytes> buffer;
  NetlinkWriter message(buffer);
  message.begin(NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, 0, number_);
  const nfqnl_msg_config_cmd unbind{NFQNL_CFG_CMD_UNBIND, 0, 0};
  message.attribute(NFQA_CFG_CMD, &unbind, sizeof unbind);
  const Bytes request = message.written();
  [[maybe_unused]] const ssize_t sent = ::send(socket_.get(), request.data(), request.size(), 0);
}

bool NfQueue::parse(MutableBytes datagram, QueuedPacket& packet) noexcept {
  nlmsghdr head;
  if (datagram.size() < sizeof head) return false;
  std::memcpy(&head, datagram.data(), sizeof head);
  constexpr std::size_t kHeads = sizeof(nlmsghdr) + sizeof(nfgenmsg);
  if (head.nlmsg_type != ((NFNL_SUBSYS_QUEUE << 8) | NFQNL_MSG_PACKET) || head.nlmsg_len > datagram.size() ||
      head.nlmsg_len < kHeads) {
    if (head.nlmsg_type == NLMSG_ERROR) ++refused_;
    return false;
  }
  packet = {};
  bool identified = false;
  each_attribute(datagram.subspan(kHeads, head.nlmsg_len - kHeads),
                 [&](std::uint16_t type, MutableBytes value) noexcept {
    Reader reader(value);
    switch (type) {
      case NFQA_PACKET_HDR:
        packet.id = reader.u32();
        packet.ethertype = reader.u16();
        packet.way = way_of(reader.u8());
        identified = reader.ok();
        break;
      case NFQA_MARK:
        packet.mark = reader.u32();
        break;
      case NFQA_TIMESTAMP: {
        const std::uint64_t seconds_high = reader.u32();
        const std::uint64_t seconds = (seconds_high << 32) | reader.u32();
        const std::uint64_t micros_high = reader.u32();
        const std::uint64_t micros = (micros_high << 32) | reader.u32();
        packet.time_ns = seconds * 1'000'000'000 + micros * 1'000;
        break;
      }
      case NFQA_CAP_LEN:
        packet.length = reader.u32();
        break;
      case NFQA_SKB_INFO:
        packet.checksum_pending = (reader.u32() & (NFQA_SKB_CSUMNOTREADY | NFQA_SKB_GSO)) != 0;
        break;
      case NFQA_PAYLOAD:
        packet.payload = value;
        break;
      default:
        break;
    }
  });
  if (!identified) return false;
  if (packet.length < packet.payload.size()) packet.length = static_cast<std::uint32_t>(packet.payload.size());
  // The kernel numbers packets without holes; one is missing when it did not fit into the socket's buffer.
  const std::uint32_t step = packet.id - last_id_;
  if (step > 1 && step < 0x8000'0000U) missing_ids_ += step - 1;
  last_id_ = packet.id;
  return true;
}

std::uint64_t NfQueue::take_overruns() noexcept {
  std::uint64_t overruns = std::exchange(missing_ids_, 0);
  std::array<char, 8'192> text{};
  const ssize_t got = ::pread(statistics_.get(), text.data(), text.size() - 1, 0);
  const char* line = got > 0 ? text.data() : nullptr;
  while (line != nullptr && *line != '\0') {
    unsigned number = 0;
    unsigned long long dropped = 0;
    // Queue, port, waiting, copy mode, copy range, dropped because full, dropped because unread, last id.
    if (std::sscanf(line, "%u %*u %*u %*u %*u %llu", &number, &dropped) == 2 && number == number_) {
      if (dropped > dropped_before_) overruns += dropped - dropped_before_;
      dropped_before_ = dropped;
      break;
    }
    line = std::strchr(line, '\n');
    if (line != nullptr) ++line;
  }
  return overruns;
}

SourceFailure NfQueue::probe() {
  const UniqueFd fd(socket_for_netfilter());
  if (!fd.valid()) return refusal("packet queues", errno);
  // A command without effect on today's kernels: it shows that the subsystem answers, and answers us.
  const int error = command(fd.get(), 0, NFQNL_CFG_CMD_PF_BIND, AF_INET);
  return error == 0 ? SourceFailure{} : refusal("packet queues", error);
}

}  // namespace bulkhead
