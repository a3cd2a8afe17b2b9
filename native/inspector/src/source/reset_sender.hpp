#pragma once

#include <cstdint>
#include <memory>

#include "bulkhead/engine.hpp"
#include "bulkhead/unique_fd.hpp"

namespace bulkhead {

/// Sends TCP resets in the name of one side of a session to the other, by raw sockets of a network namespace.
///
/// The kernel's reject rule resets the side whose packet was stopped; the other side would wait for ever.
class ResetSender {
 public:
  /// Opens the sockets in the namespace of the calling thread. A namespace without IPv6 gets none for it.
  ResetSender() noexcept;

  [[nodiscard]] bool usable() const noexcept { return v4_.valid(); }
  /// Resets the receiver of `direction`: `sequence` is the next one it expects.
  bool send(const SessionView& session, Direction direction, std::uint32_t sequence) noexcept;

 private:
  UniqueFd v4_;
  UniqueFd v6_;
};

}  // namespace bulkhead
