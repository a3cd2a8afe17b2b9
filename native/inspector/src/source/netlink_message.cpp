#include "source/netlink_message.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace bulkhead {

void NetlinkWriter::clear() noexcept {
  used_ = 0;
  message_ = 0;
  ok_ = true;
}

std::uint8_t* NetlinkWriter::take(std::size_t n) noexcept {
  const std::size_t size = netlink_padded(n);
  if (!ok_ || size > room()) {
    ok_ = false;
    return nullptr;
  }
  std::uint8_t* const at = buffer_.data() + used_;
  std::memset(at, 0, size);
  used_ += size;
  return at;
}

void NetlinkWriter::lengthen(std::size_t n) noexcept {
  nlmsghdr head;
  std::memcpy(&head, buffer_.data() + message_, sizeof head);
  head.nlmsg_len += static_cast<std::uint32_t>(n);
  std::memcpy(buffer_.data() + message_, &head, sizeof head);
}

void NetlinkWriter::begin(std::uint8_t subsystem, std::uint8_t message, std::uint16_t flags,
                          std::uint16_t resource) noexcept {
  message_ = used_;
  std::uint8_t* const at = take(sizeof(nlmsghdr) + sizeof(nfgenmsg));
  if (at == nullptr) return;
  nlmsghdr head{};
  head.nlmsg_len = sizeof(nlmsghdr) + sizeof(nfgenmsg);
  head.nlmsg_type = static_cast<std::uint16_t>((subsystem << 8) | message);
  head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  nfgenmsg family{};
  family.version = NFNETLINK_V0;
  family.res_id = htons(resource);
  std::memcpy(at, &head, sizeof head);
  std::memcpy(at + sizeof head, &family, sizeof family);
}

void NetlinkWriter::attribute_elsewhere(std::uint16_t type, std::size_t size) noexcept {
  std::uint8_t* const at = take(sizeof(nlattr));
  if (at == nullptr) return;
  const nlattr head{static_cast<std::uint16_t>(sizeof(nlattr) + size), type};
  std::memcpy(at, &head, sizeof head);
  lengthen(sizeof head + netlink_padded(size));
}

void NetlinkWriter::attribute(std::uint16_t type, const void* value, std::size_t size) noexcept {
  if (room() < sizeof(nlattr) + netlink_padded(size)) {
    ok_ = false;
    return;
  }
  attribute_elsewhere(type, size);
  if (std::uint8_t* const at = take(size)) std::memcpy(at, value, size);
}

void NetlinkWriter::attribute_u32(std::uint16_t type, std::uint32_t host_order) noexcept {
  const std::uint32_t value = htonl(host_order);
  attribute(type, &value, sizeof value);
}

int netlink_request(int fd, Bytes message) noexcept {
  if (::send(fd, message.data(), message.size(), 0) < 0) return errno;
  for (;;) {
    std::array<std::uint8_t, 8'192> answer;
    const ssize_t got = ::recv(fd, answer.data(), answer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    nlmsghdr head;
    if (static_cast<std::size_t>(got) < sizeof head + sizeof(std::int32_t)) continue;
    std::memcpy(&head, answer.data(), sizeof head);
    if (head.nlmsg_type != NLMSG_ERROR) continue;
    std::int32_t error = 0;
    std::memcpy(&error, answer.data() + sizeof head, sizeof error);
    return -error;
  }
}

}  // namespace bulkhead
