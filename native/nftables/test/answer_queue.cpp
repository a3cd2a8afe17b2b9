// Answers a netfilter queue the way the inspector does, for the tests of the rules that lead packets there.
//
//   answer_queue NUMBER forward|pass|block|drop|untouched
//
// Prints "ready" when bound, then for every packet "MARK BYTES" and for TCP "FLAGS PAYLOAD_BYTES" as well; numbers that
// are sets of bits are hexadecimal. Ends when its standard input does.
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

constexpr std::uint32_t kOurBits = 0x0f000000;
constexpr std::uint32_t kPass = 0x02000000;
constexpr std::uint32_t kBlock = 0x04000000;

/// One netlink message, built front to back in a buffer that is large enough for all that this program sends.
class Message {
 public:
  Message(std::uint16_t type, std::uint16_t queue) noexcept {
    auto* header = reinterpret_cast<nlmsghdr*>(bytes_.data());
    header->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_QUEUE << 8) | type;
    header->nlmsg_flags = NLM_F_REQUEST;
    auto* netfilter = static_cast<nfgenmsg*>(NLMSG_DATA(header));
    netfilter->version = NFNETLINK_V0;
    netfilter->res_id = htons(queue);
  }

  template <typename Value>
  void add(std::uint16_t type, const Value& value) noexcept {
    auto* attribute = reinterpret_cast<nlattr*>(bytes_.data() + size_);
    attribute->nla_type = type;
    attribute->nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + sizeof value);
    std::memcpy(bytes_.data() + size_ + NLA_HDRLEN, &value, sizeof value);
    size_ += NLA_ALIGN(attribute->nla_len);
  }

  bool send(int socket) noexcept {
    reinterpret_cast<nlmsghdr*>(bytes_.data())->nlmsg_len = static_cast<std::uint32_t>(size_);
    return ::send(socket, bytes_.data(), size_, 0) == static_cast<ssize_t>(size_);
  }

 private:
  alignas(NLMSG_ALIGNTO) std::array<std::uint8_t, 256> bytes_{};
  std::size_t size_ = NLMSG_SPACE(sizeof(nfgenmsg));
};

bool bind_queue(int socket, std::uint16_t queue) noexcept {
  Message bind(NFQNL_MSG_CONFIG, queue);
  bind.add(NFQA_CFG_CMD, nfqnl_msg_config_cmd{NFQNL_CFG_CMD_BIND, 0, htons(AF_UNSPEC)});
  Message copy(NFQNL_MSG_CONFIG, queue);
  copy.add(NFQA_CFG_PARAMS, nfqnl_msg_config_params{htonl(0xffff), NFQNL_COPY_PACKET});
  copy.add(NFQA_CFG_FLAGS, htonl(NFQA_CFG_F_GSO));
  copy.add(NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO));
  return bind.send(socket) && copy.send(socket);
}

struct Packet {
  std::uint32_t id = 0;
  std::uint32_t mark = 0;
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
};

void print(const Packet& packet) noexcept {
  std::printf("%08x %zu", packet.mark, packet.size);
  const bool is_ip6 = packet.size > 0 && packet.bytes[0] >> 4 == 6;
  const std::size_t at = is_ip6 ? 40 : packet.size > 0 ? (packet.bytes[0] & 0xfu) * 4u : 0;
  if (packet.size >= at + 20 && packet.bytes[is_ip6 ? 6 : 9] == IPPROTO_TCP) {
    const std::size_t header = packet.bytes[at + 12] / 16u * 4u;
    std::printf(" %02x %zu", packet.bytes[at + 13], packet.size - at - header);
  }
  std::puts("");
  std::fflush(stdout);
}

void answer(int socket, std::uint16_t queue, nlmsghdr* header, std::string_view how) noexcept {
  Packet packet;
  const auto* at = reinterpret_cast<std::uint8_t*>(NLMSG_DATA(header)) + NLMSG_ALIGN(sizeof(nfgenmsg));
  const auto* end = reinterpret_cast<std::uint8_t*>(header) + header->nlmsg_len;
  while (at + NLA_HDRLEN <= end) {
    const auto* attribute = reinterpret_cast<const nlattr*>(at);
    const auto* value = at + NLA_HDRLEN;
    const int type = attribute->nla_type & NLA_TYPE_MASK;
    if (type == NFQA_PACKET_HDR) std::memcpy(&packet.id, value, sizeof packet.id);
    if (type == NFQA_MARK) std::memcpy(&packet.mark, value, sizeof packet.mark);
    if (type == NFQA_PAYLOAD) packet.bytes = value;
    if (type == NFQA_PAYLOAD) packet.size = attribute->nla_len - std::size_t{NLA_HDRLEN};
    at += NLA_ALIGN(attribute->nla_len);
  }
  packet.mark = ntohl(packet.mark);
  print(packet);

  std::uint32_t answered = packet.mark & ~kOurBits;
  if (how == "pass") answered |= kPass;
  if (how == "block") answered |= kBlock;
  Message verdict(NFQNL_MSG_VERDICT, queue);
  verdict.add(NFQA_VERDICT_HDR, nfqnl_msg_verdict_hdr{htonl(how == "drop" ? NF_DROP : NF_ACCEPT), packet.id});
  if (how != "untouched") verdict.add(NFQA_MARK, htonl(answered));
  verdict.send(socket);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto queue = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (socket < 0 || !bind_queue(socket, queue)) {
    std::perror("answer_queue");
    return 1;
  }
  std::puts("ready");
  std::fflush(stdout);

  alignas(NLMSG_ALIGNTO) static std::array<std::uint8_t, 1 << 17> buffer;
  for (;;) {
    std::array<pollfd, 2> ready{{{socket, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), -1) < 0) return 1;
    if ((ready[0].revents & POLLIN) != 0) {
      const ssize_t received = recv(socket, buffer.data(), buffer.size(), 0);
      // The kernel sends each packet in a datagram of its own.
      auto* header = reinterpret_cast<nlmsghdr*>(buffer.data());
      const bool is_whole = received >= NLMSG_HDRLEN && header->nlmsg_len <= static_cast<std::size_t>(received);
      if (is_whole && header->nlmsg_type == ((NFNL_SUBSYS_QUEUE << 8) | NFQNL_MSG_PACKET)) {
        answer(socket, queue, header, argv[2]);
      }
    }
    if (ready[1].revents != 0) return 0;
  }
}
