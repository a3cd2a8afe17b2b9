#pragma once

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "reading/netlink_bytes.hpp"

namespace bulkhead::nftables {

using Buffer = std::vector<std::uint8_t>;

template <typename Value>
Buffer bytes_of(const Value& value) {
  Buffer bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// With the zero that ends a name.
inline Buffer name_of(std::string_view name) {
  Buffer bytes(name.begin(), name.end());
  bytes.push_back(0);
  return bytes;
}

inline Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer whole;
  for (const Buffer& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

inline Buffer attribute(int type, const Buffer& value) {
  const nlattr head{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + value.size()),
                    .nla_type = static_cast<std::uint16_t>(type)};
  Buffer bytes = joined({bytes_of(head), value});
  bytes.resize(padded(bytes.size()));
  return bytes;
}

inline Buffer nested(int type, std::initializer_list<Buffer> attributes) {
  return attribute(type | NLA_F_NESTED, joined(attributes));
}

inline Buffer message(int type, std::uint32_t sequence, const Buffer& body, std::uint16_t flags = NLM_F_MULTI) {
  const nlmsghdr head{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body.size()),
                      .nlmsg_type = static_cast<std::uint16_t>(type),
                      .nlmsg_flags = flags,
                      .nlmsg_seq = sequence,
                      .nlmsg_pid = 0};
  Buffer bytes = joined({bytes_of(head), body});
  bytes.resize(padded(bytes.size()));
  return bytes;
}

}  // namespace bulkhead::nftables
