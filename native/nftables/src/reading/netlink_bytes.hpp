#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace bulkhead::nftables {

constexpr std::size_t padded(std::size_t n) noexcept { return (n + 3) & ~std::size_t{3}; }

template <typename Head>
bool read(std::span<const std::uint8_t> bytes, Head& head) noexcept {
  static_assert(std::is_trivially_copyable_v<Head>);
  if (bytes.size() < sizeof head) return false;
  std::memcpy(&head, bytes.data(), sizeof head);
  return true;
}

/// Calls `visit(type, value)` for each attribute. Stops at the first that does not fit.
template <typename Visit>
void each_attribute(std::span<const std::uint8_t> attributes, Visit visit) noexcept {
  nlattr head;
  while (read(attributes, head)) {
    if (head.nla_len < sizeof head || head.nla_len > attributes.size()) return;
    visit(head.nla_type & NLA_TYPE_MASK, attributes.subspan(sizeof head, head.nla_len - sizeof head));
    const std::size_t step = padded(head.nla_len);
    if (step >= attributes.size()) return;
    attributes = attributes.subspan(step);
  }
}

}  // namespace bulkhead::nftables
