#pragma once

#include <cstdint>

#include "protocol/http1_head.hpp"

namespace bulkhead {

/// Requests whose responses have not come yet, in order. Only the methods that change how a response is framed matter.
class Http1Exchange {
 public:
  using Method = Http1Start::Method;

  /// Beyond this many pipelined requests (clients send a handful) a response is taken for an ordinary one.
  static constexpr std::uint8_t kMost = 32;

  void asked(Method method) noexcept {
    if (waiting_ < kMost) methods_ |= static_cast<std::uint64_t>(method) << (2 * waiting_);
    if (waiting_ < UINT16_MAX) ++waiting_;
  }
  Method answered() noexcept {
    if (waiting_ == 0) return Method::other;
    const auto method = static_cast<Method>(methods_ & 3);
    methods_ >>= 2;
    --waiting_;
    return method;
  }

 private:
  std::uint64_t methods_ = 0;
  std::uint16_t waiting_ = 0;
};

}  // namespace bulkhead
