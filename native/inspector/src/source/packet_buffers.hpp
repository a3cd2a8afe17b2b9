#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <vector>

#include "bulkhead/bytes.hpp"
#include "source/verdict_batch.hpp"

namespace bulkhead {

/// Room for the packets that one call receives from a queue's socket.
class PacketBuffers {
 public:
  static constexpr std::size_t kCount = VerdictBatch::kPackets;
  /// A whole super-packet and the attributes around it.
  static constexpr std::size_t kBytes = (64U << 10) + 4'096;

  PacketBuffers();

  /// Receives without waiting; how many datagrams came.
  std::size_t receive(int fd) noexcept;
  [[nodiscard]] MutableBytes datagram(std::size_t i) noexcept {
    return {storage_.data() + i * kBytes, messages_[i].msg_len};
  }

 private:
  std::vector<std::uint8_t> storage_;
  std::array<iovec, kCount> parts_{};
  std::array<mmsghdr, kCount> messages_{};
};

}  // namespace bulkhead
