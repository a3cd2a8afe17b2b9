#include "netlink.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bulkhead::nftables {

int open_netfilter_socket() noexcept {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0) return -1;
  // The kernel's end is port 0.
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

Outcome outcome_of(int error, Outcome otherwise) noexcept {
  switch (error) {
    case EPERM:
    case EACCES:
      return Outcome::kNotPermitted;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return Outcome::kNoResources;
    default:
      return otherwise;
  }
}

std::string describe_error(std::string_view what, int error) noexcept {
  char buffer[128];
  // The GNU strerror_r returns the text, which may or may not be in the buffer.
  return std::string(what).append(": ").append(strerror_r(error, buffer, sizeof buffer));
}

}  // namespace bulkhead::nftables
