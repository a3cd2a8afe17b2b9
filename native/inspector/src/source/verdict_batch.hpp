#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>

#include "bulkhead/engine.hpp"
#include "source/netlink_message.hpp"
#include "source/nf_queue.hpp"

namespace bulkhead {

/// Collects the verdicts of the packets of one queue, in the order they came, and sends many in one system call. Runs of
/// packets accepted as they are with the same mark become one message.
class VerdictBatch {
 public:
  /// Packets between two sends: as many as are received at once.
  static constexpr std::size_t kPackets = 32;

  VerdictBatch() noexcept : writer_(control_) {}

  /// A modified packet's payload is not copied: it must stay until `send`.
  void add(const QueuedPacket& packet, std::uint16_t queue, Action action) noexcept;
  /// Whether the kernel took them.
  bool send(int fd) noexcept;

 private:
  // A message with verdict, mark and payload head is 44 bytes.
  static constexpr std::size_t kControl = kPackets * 64;

  void close_run() noexcept;
  void verdict(std::uint8_t message, std::uint16_t queue, std::uint32_t id, std::uint32_t what) noexcept;
  void put_control() noexcept;

  std::array<std::uint8_t, kControl> control_{};
  NetlinkWriter writer_;
  std::size_t sent_control_ = 0;
  std::array<iovec, kPackets * 3 + 1> parts_{};
  std::size_t part_count_ = 0;

  std::uint32_t run_length_ = 0;
  std::uint32_t run_id_ = 0;
  std::uint32_t run_mark_ = 0;
  std::uint16_t run_queue_ = 0;
};

}  // namespace bulkhead
