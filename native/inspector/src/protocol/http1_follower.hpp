#pragma once

#include <array>
#include <string_view>

#include "protocol/follower.hpp"
#include "protocol/http1_stream.hpp"

namespace bulkhead {

/// An HTTP/1 connection (RFC 9112).
class Http1Follower final : public Follower {
 public:
  explicit Http1Follower(DecodePool& pool) noexcept : streams_{Http1Stream(pool), Http1Stream(pool)} {}

  /// `prefix`: bytes of the direction that were already written as a head.
  void begin(Direction direction, bool response, Bytes prefix, const Outlet& out) noexcept {
    streams_[index_of(direction)].begin(response, prefix, out);
    // CONNECT asks a proxy for a way to somewhere; what goes that way is another protocol, and begins anew.
    constexpr std::string_view kConnect = "CONNECT ";
    const std::string_view start(reinterpret_cast<const char*>(prefix.data()), prefix.size());
    if (!response && start.find(kConnect) != std::string_view::npos) {
      connect_ = true;
    } else if (!start.empty() && !(response && connect_)) {
      in_clear_ = true;
    }
  }
  [[nodiscard]] Protocol protocol() const noexcept override { return Protocol::http1; }
  [[nodiscard]] Protocol spoken(Direction direction) const noexcept override {
    return streams_[index_of(direction)].foreign() ? Protocol::raw : Protocol::http1;
  }
  Result feed(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept override {
    const Http1Stream::Result result = streams_[index_of(direction)].feed(bytes, origin, out, exchange_);
    if (result.signal == Http1Stream::Signal::tunnel) return {Next::reopen, result.taken};
    if (result.signal == Http1Stream::Signal::upgraded) return {Next::reopen_both, result.taken};
    return {Next::more, result.taken};
  }
  bool gap(Direction direction, std::uint64_t bytes, const Outlet& out) noexcept override {
    streams_[index_of(direction)].gap(bytes, out);
    return true;
  }
  void end(Direction direction, const Outlet& out) noexcept override { streams_[index_of(direction)].end(out); }
  /// Whatever answers an HTTP request is read as a response, as lenient clients do.
  [[nodiscard]] bool answers(Direction direction) const noexcept override {
    return !streams_[index_of(opposite(direction))].response();
  }
  [[nodiscard]] bool between(Direction direction) const noexcept override {
    return streams_[index_of(direction)].idle();
  }
  [[nodiscard]] bool in_clear() const noexcept override { return in_clear_; }

 private:
  std::array<Http1Stream, 2> streams_;
  Http1Exchange exchange_;
  bool connect_ = false, in_clear_ = false;
};

}  // namespace bulkhead
