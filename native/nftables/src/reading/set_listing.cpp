#include "reading/set_listing.hpp"

#include <endian.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include "reading/netlink_bytes.hpp"

namespace bulkhead::nftables {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint64_t big_endian(Bytes value) noexcept {
  std::uint64_t number = 0;
  return read(value, number) ? be64toh(number) : 0;
}

bool is_named(Bytes value, std::string_view name) noexcept {
  return value.size() == name.size() + 1 && std::memcmp(value.data(), name.data(), name.size()) == 0;
}

/// Whether it is a counter.
bool take_expression(Bytes expression, SetCount& count) noexcept {
  bool is_counter = false;
  each_attribute(expression, [&](int type, Bytes value) {
    if (type == NFTA_EXPR_NAME) is_counter = is_named(value, "counter");
    if (type != NFTA_EXPR_DATA || !is_counter) return;
    each_attribute(value, [&](int field, Bytes number) {
      if (field == NFTA_COUNTER_BYTES) count.bytes = big_endian(number);
      if (field == NFTA_COUNTER_PACKETS) count.packets = big_endian(number);
    });
  });
  return is_counter;
}

void take_element(Bytes element, std::vector<SetCount>& counts) noexcept {
  SetCount count;
  bool counts_packets = false;
  each_attribute(element, [&](int type, Bytes value) {
    if (type == NFTA_SET_ELEM_KEY) {
      each_attribute(value, [&](int field, Bytes key) {
        if (field != NFTA_DATA_VALUE || key.size() > count.key.size()) return;
        std::copy(key.begin(), key.end(), count.key.begin());
        count.key_bytes = static_cast<std::uint8_t>(key.size());
      });
    }
    if (type == NFTA_SET_ELEM_EXPR) counts_packets = take_expression(value, count) || counts_packets;
    if (type == NFTA_SET_ELEM_EXPRESSIONS) {
      each_attribute(value, [&](int, Bytes one) { counts_packets = take_expression(one, count) || counts_packets; });
    }
  });
  if (counts_packets && count.key_bytes > 0 && counts.size() < kMaxSetElements) counts.push_back(count);
}

/// Takes in one message of a listing, from behind its netlink header on.
void take_elements(Bytes message, std::vector<SetCount>& counts) noexcept {
  if (message.size() < sizeof(nfgenmsg)) return;
  each_attribute(message.subspan(sizeof(nfgenmsg)), [&](int type, Bytes elements) {
    if (type != NFTA_SET_ELEM_LIST_ELEMENTS) return;
    each_attribute(elements, [&](int, Bytes element) { take_element(element, counts); });
  });
}

/// What the last message of a listing says: 0, or an errno.
int end_of(Bytes body) noexcept {
  std::int32_t error = 0;
  // The kernel says its errors as negative numbers; what has no counterpart is none of them.
  if (!read(body, error) || error > 0 || error == std::numeric_limits<std::int32_t>::min()) return EPROTO;
  return -error;
}

}  // namespace

std::optional<int> take_listing(Bytes bytes, std::uint32_t sequence, std::vector<SetCount>& counts) noexcept {
  constexpr std::uint16_t kElements = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWSETELEM;
  nlmsghdr head;
  while (read(bytes, head)) {
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > bytes.size()) return EPROTO;
    const Bytes body = bytes.subspan(sizeof head, head.nlmsg_len - sizeof head);
    if (head.nlmsg_seq == sequence) {
      if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return end_of(body);
      if (head.nlmsg_type == kElements) take_elements(body, counts);
    }
    const std::size_t step = padded(head.nlmsg_len);
    if (step >= bytes.size()) break;
    bytes = bytes.subspan(step);
  }
  return std::nullopt;
}

}  // namespace bulkhead::nftables
