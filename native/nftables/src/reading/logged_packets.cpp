#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>

#include <string_view>

#include "bulkhead/log_socket.hpp"
#include "reading/netlink_bytes.hpp"

namespace bulkhead::nftables {
namespace {

void visit_message(std::span<const std::uint8_t> attributes, LogVisit visit, void* argument) noexcept {
  LoggedPacket logged;
  each_attribute(attributes, [&](int type, std::span<const std::uint8_t> value) {
    if (type == NFULA_PAYLOAD) logged.packet = value;
    if (type == NFULA_PREFIX) {
      const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
      logged.prefix = text.substr(0, text.find('\0'));
    }
  });
  visit(argument, logged);
}

}  // namespace

void each_logged_packet(std::span<const std::uint8_t> bytes, LogVisit visit, void* argument) noexcept {
  constexpr std::uint16_t kPacket = (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET;
  constexpr std::size_t kHead = NLMSG_LENGTH(sizeof(nfgenmsg));
  nlmsghdr head;
  while (read(bytes, head)) {
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > bytes.size()) return;
    if (head.nlmsg_type == kPacket && head.nlmsg_len >= kHead) {
      visit_message(bytes.subspan(kHead, head.nlmsg_len - kHead), visit, argument);
    }
    const std::size_t step = padded(head.nlmsg_len);
    if (step >= bytes.size()) return;
    bytes = bytes.subspan(step);
  }
}

}  // namespace bulkhead::nftables
