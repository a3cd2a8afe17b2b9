#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bulkhead/packet.hpp"
#include "source/failure.hpp"
#include "source/unique_fd.hpp"

namespace bulkhead {

struct TapOptions {
  std::string netns;      ///< path of the network namespace; empty for the process's own
  std::string interface;  ///< name, or "any"
};

/// Watches the packets of one or all interfaces of a network namespace through a ring shared with the kernel
/// (TPACKET_V3). It sees copies: it can report, not stop.
class Tap {
 public:
  /// 32 blocks of 1 MiB: a block holds any super-packet, and bigger rings lost more on first touch than they saved.
  static constexpr std::uint32_t kBlockBytes = 1U << 20;
  static constexpr std::uint32_t kBlocks = 32;
  /// A block not full is handed over after this time.
  static constexpr std::uint32_t kRetireMs = 20;

  static std::unique_ptr<Tap> open(const TapOptions& options, SourceFailure& failure);
  ~Tap();
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }

  /// Calls `visit(RawPacket&)` for the packets of the next filled block and gives it back to the kernel. Returns
  /// whether there was one. Times, link types and checksum states are set;
  /// numbers and tenants are for the caller to set.
  template <typename Visit>
  bool next_block(Visit visit) noexcept {
    Block block;
    if (!take_block(block)) return false;
    RawPacket packet;
    while (take_packet(block, packet))
      if (packet.data.data() != nullptr) visit(packet);
    release_block();
    return true;
  }

  /// Packets that found the ring full, since the last call.
  [[nodiscard]] std::uint64_t take_overruns() noexcept;

 private:
  struct Block {
    std::uint8_t* next = nullptr;
    std::uint32_t left = 0;
  };

  Tap() noexcept = default;
  SourceFailure configure(const TapOptions& options);
  bool take_block(Block& block) noexcept;
  /// Leaves `packet.data` null for a packet that is not to be looked at.
  bool take_packet(Block& block, RawPacket& packet) noexcept;
  void release_block() noexcept;

  UniqueFd socket_;
  std::uint8_t* ring_ = nullptr;
  std::uint32_t block_ = 0;
  bool cooked_ = false;          ///< packets come without link header
  unsigned loopback_index_ = 0;  ///< each of its packets would be seen twice
};

}  // namespace bulkhead
