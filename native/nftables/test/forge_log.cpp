// Sends what the kernel says of a logged packet to every netfilter socket of this namespace, as whoever may change its
// rules can, for the tests of who is believed.
//
//   forge_log PREFIX
//
// Prints how many sockets took it.
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

namespace {

std::vector<std::uint8_t> logged(const std::string& prefix) {
  const auto size = static_cast<std::uint16_t>(prefix.size() + 1);
  const std::size_t whole = NLMSG_LENGTH(sizeof(nfgenmsg)) + NLA_HDRLEN + NLA_ALIGN(size);
  std::vector<std::uint8_t> bytes(whole);
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(whole);
  head.nlmsg_type = (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET;
  const nlattr attribute{.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + size), .nla_type = NFULA_PREFIX};
  std::memcpy(bytes.data(), &head, sizeof head);
  std::memcpy(bytes.data() + NLMSG_LENGTH(sizeof(nfgenmsg)), &attribute, sizeof attribute);
  std::memcpy(bytes.data() + NLMSG_LENGTH(sizeof(nfgenmsg)) + NLA_HDRLEN, prefix.c_str(), size);
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0) {
    std::perror("forge_log");
    return 1;
  }
  const auto bytes = logged(argv[1]);
  std::ifstream table("/proc/self/net/netlink");
  std::string address;
  std::uint32_t protocol = 0;
  std::uint32_t port = 0;
  int taken = 0;
  constexpr auto kRestOfLine = std::numeric_limits<std::streamsize>::max();
  table.ignore(kRestOfLine, '\n');
  while (table >> address >> protocol >> port) {
    table.ignore(kRestOfLine, '\n');
    // The kernel's own has no port.
    if (protocol != NETLINK_NETFILTER || port == 0) continue;
    sockaddr_nl to{};
    to.nl_family = AF_NETLINK;
    to.nl_pid = port;
    const auto* where = reinterpret_cast<const sockaddr*>(&to);
    const ssize_t sent = sendto(fd, bytes.data(), bytes.size(), 0, where, sizeof to);
    if (sent >= 0) ++taken;
  }
  std::printf("%d\n", taken);
  close(fd);
}
