#pragma once

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Writes nfnetlink messages one behind the other into a buffer of the caller's. Attributes are appended to the message
/// begun last. What does not fit is not written, and `ok()` turns false.
class NetlinkWriter {
 public:
  explicit NetlinkWriter(MutableBytes buffer) noexcept : buffer_(buffer) {}

  void begin(std::uint8_t subsystem, std::uint8_t message, std::uint16_t flags, std::uint16_t resource) noexcept;
  void attribute(std::uint16_t type, const void* value, std::size_t size) noexcept;
  void attribute_u32(std::uint16_t type, std::uint32_t host_order) noexcept;
  /// Heads an attribute whose `size` bytes (with padding) the caller sends from elsewhere.
  void attribute_elsewhere(std::uint16_t type, std::size_t size) noexcept;

  [[nodiscard]] Bytes written() const noexcept { return buffer_.first(used_); }
  [[nodiscard]] std::size_t size() const noexcept { return used_; }
  [[nodiscard]] std::size_t room() const noexcept { return buffer_.size() - used_; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  void clear() noexcept;

 private:
  std::uint8_t* take(std::size_t n) noexcept;
  void lengthen(std::size_t n) noexcept;

  MutableBytes buffer_;
  std::size_t used_ = 0;
  std::size_t message_ = 0;
  bool ok_ = true;
};

[[nodiscard]] constexpr std::size_t netlink_padded(std::size_t n) noexcept { return (n + 3) & ~std::size_t{3}; }

/// Calls `visit(type, value)` for each attribute of a netlink payload; stops at one that does not fit.
template <typename Visit>
void each_attribute(MutableBytes bytes, Visit visit) noexcept {
  while (bytes.size() >= sizeof(nlattr)) {
    nlattr head;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.nla_len < sizeof head || head.nla_len > bytes.size()) return;
    visit(static_cast<std::uint16_t>(head.nla_type & NLA_TYPE_MASK),
          bytes.subspan(sizeof head, head.nla_len - sizeof head));
    const std::size_t step = netlink_padded(head.nla_len);
    if (step >= bytes.size()) return;
    bytes = bytes.subspan(step);
  }
}

/// Sends one request and waits for its acknowledgement: 0 or an errno. Packets of a queue that come before it are
/// dropped on the floor, so this is for sockets that have none yet.
[[nodiscard]] int netlink_request(int fd, Bytes message) noexcept;

}  // namespace bulkhead
