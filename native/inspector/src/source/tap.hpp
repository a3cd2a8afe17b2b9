#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bulkhead/packet.hpp"
#include "bulkhead/unique_fd.hpp"
#include "source/failure.hpp"

namespace bulkhead {

struct TapOptions {
  std::string netns;      ///< path of the network namespace; empty for the process's own
  std::string interface;  ///< name, or "any"
  /// Memory of the ring, resident as long as the tap lives: there may be one tap for each pod of a node.
  std::uint32_t ring_bytes = 8U << 20;
};

/// Watches the packets of one or all interfaces of a network namespace through a ring shared with the kernel
/// (TPACKET_V3). It sees copies: it can report, not stop.
class Tap {
 public:
  /// A block holds several super-packets.
  static constexpr std::uint32_t kBlockBytes = 256U << 10;
  static constexpr std::uint32_t kMinBlocks = 4;
  /// 64 MiB: bigger rings were seen to lose more on first touch than they saved.
  static constexpr std::uint32_t kMaxBlocks = 256;
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
  std::uint32_t blocks_ = 0;
  std::uint32_t block_ = 0;  ///< the next that the kernel fills
  bool cooked_ = false;          ///< packets come without link header
  unsigned loopback_index_ = 0;  ///< each of its packets would be seen twice
};

}  // namespace bulkhead
