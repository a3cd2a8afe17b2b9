#pragma once

#include <cstdint>
#include <string>

namespace bulkhead {

/// Why a source could not be opened or read to its end.
enum class SourceError : std::uint8_t {
  none,
  unreadable,             ///< the file cannot be opened or read
  not_a_capture,          ///< neither pcap nor pcapng
  truncated,              ///< ends inside a packet or block
  corrupt,                ///< lengths or structures that contradict themselves
  unsupported_link_type,  ///< packets of a network that is not decoded
  cancelled,
  namespace_unavailable,  ///< the network namespace cannot be entered
  not_permitted,          ///< the process lacks a privilege
  queue_unavailable,      ///< the kernel has no such queue to give, or another process holds it
  tap_unavailable,        ///< the interface cannot be listened to
  unwritable,             ///< the file cannot be written
};

/// An error as a value: `message` says in one line what, why and what to do.
struct SourceFailure {
  SourceError error = SourceError::none;
  std::string message;

  [[nodiscard]] bool failed() const noexcept { return error != SourceError::none; }
};

}  // namespace bulkhead
