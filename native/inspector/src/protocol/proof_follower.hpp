#pragma once

#include "protocol/follower.hpp"
#include "protocol/tls.hpp"

namespace bulkhead {

/// Follows what is encrypted once both sides have proven it (TLS, SSH). Until then its bytes are raw content.
template <typename Proof, Protocol kind>
class ProofFollower final : public Follower {
 public:
  [[nodiscard]] Protocol protocol() const noexcept override { return kind; }
  Result feed(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept override {
    const auto result = proof_.feed(direction, bytes);
    out.write(bytes.first(result.taken), origin);
    if (result.outcome == Proof::Outcome::proven) return {Next::encrypted, result.taken};
    // One side's word is worth nothing without the other's.
    failed_ = failed_ || !(result.outcome == Proof::Outcome::need_more);
    return {failed_ ? Next::foreign : Next::more, result.taken};
  }
  bool gap(Direction, std::uint64_t, const Outlet& out) noexcept override {
    out.start(Protocol::raw, Location::stream);
    return false;
  }
  void end(Direction, const Outlet&) noexcept override {}
  [[nodiscard]] bool answers(Direction) const noexcept override { return false; }
  [[nodiscard]] bool between(Direction) const noexcept override { return false; }
  [[nodiscard]] bool in_clear() const noexcept override { return false; }
  [[nodiscard]] const TlsHellos* hellos() const noexcept override {
    if constexpr (kind == Protocol::tls) return &proof_.hellos();
    return nullptr;
  }

 private:
  Proof proof_;
  bool failed_ = false;
};

}  // namespace bulkhead
