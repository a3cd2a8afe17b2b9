#include "bulkhead/log_socket.hpp"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "namespace_thread.hpp"
#include "netlink.hpp"
#include "reading/netlink_bytes.hpp"

namespace bulkhead::nftables {
namespace {

/// Room for some hundred packets while JavaScript is busy; what does not fit is lost and told as an overrun.
constexpr int kReceiveBytes = 1 << 20;

/// A configuration request with one attribute.
class Request {
 public:
  Request(std::uint16_t group, std::uint16_t type, const void* value, std::size_t size) noexcept {
    nlmsghdr head{};
    head.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(nfgenmsg)) + sizeof(nlattr) + padded(size));
    head.nlmsg_type = (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_CONFIG;
    head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    nfgenmsg family{};
    family.version = NFNETLINK_V0;
    family.res_id = htons(group);
    nlattr attribute{};
    attribute.nla_len = static_cast<std::uint16_t>(sizeof attribute + size);
    attribute.nla_type = type;
    std::uint8_t* at = bytes_.data();
    at = put(at, &head, sizeof head);
    at = put(at, &family, sizeof family);
    at = put(at, &attribute, sizeof attribute);
    put(at, value, size);
    size_ = head.nlmsg_len;
  }

  /// 0, or an errno. For a socket that gets no packets yet.
  [[nodiscard]] int send_to(int fd) const noexcept {
    if (send(fd, bytes_.data(), size_, 0) < 0) return errno;
    std::array<std::uint8_t, 512> answer;
    ssize_t got = -1;
    do got = recv(fd, answer.data(), answer.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) return errno;
    nlmsghdr head;
    std::int32_t error = 0;
    if (static_cast<std::size_t>(got) < sizeof head + sizeof error) return EPROTO;
    std::memcpy(&head, answer.data(), sizeof head);
    if (head.nlmsg_type != NLMSG_ERROR) return EPROTO;
    std::memcpy(&error, answer.data() + sizeof head, sizeof error);
    return -error;
  }

 private:
  static std::uint8_t* put(std::uint8_t* at, const void* value, std::size_t size) noexcept {
    std::memcpy(at, value, size);
    return at + size;
  }

  std::array<std::uint8_t, 64> bytes_{};
  std::size_t size_ = 0;
};

struct Job {
  const LogRequest& request;
  int fd = -1;
  int error = 0;
};

int configure(int fd, const LogRequest& request) noexcept {
  nfulnl_msg_config_cmd bind{};
  bind.command = NFULNL_CFG_CMD_BIND;
  const int taken = Request(request.group, NFULA_CFG_CMD, &bind, sizeof bind).send_to(fd);
  // The kernel says EPERM too when another socket has the group: whoever may not do this at all was told by the namespace.
  if (taken != 0) return taken == EPERM ? EBUSY : taken;

  const std::uint32_t at_once = htonl(1);
  if (const int error = Request(request.group, NFULA_CFG_QTHRESH, &at_once, sizeof at_once).send_to(fd)) return error;

  // Last: from here on packets come.
  nfulnl_msg_config_mode mode{};
  mode.copy_mode = NFULNL_COPY_PACKET;
  mode.copy_range = htonl(request.max_packet_bytes);
  return Request(request.group, NFULA_CFG_MODE, &mode, sizeof mode).send_to(fd);
}

void open_here(void* raw) noexcept {
  auto& job = *static_cast<Job*>(raw);
  const int fd = open_netfilter_socket();
  if (fd < 0) {
    job.error = errno;
    return;
  }
  // Best effort: without it some more may be lost.
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBytes, sizeof kReceiveBytes);
  job.error = configure(fd, job.request);
  if (job.error == 0) job.fd = fd;
  else close(fd);
}

}  // namespace

LogOpening open_log_socket(const LogRequest& request) noexcept {
  Job job{request};
  const EnterResult entered = run_in_namespace(request.namespace_path, open_here, &job);
  if (entered.error != 0) {
    return {-1, outcome_of(entered.error, Outcome::kNamespaceUnavailable),
            describe_error(entered.step, entered.error)};
  }
  if (job.error == 0) return {job.fd, Outcome::kDone, ""};
  return {-1, outcome_of(job.error, Outcome::kRefused), describe_error("cannot read the log of rules", job.error)};
}

}  // namespace bulkhead::nftables
