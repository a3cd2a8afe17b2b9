#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "flow/slab_pool.hpp"

namespace bulkhead {

/// Payload of one block. One MTU-sized segment takes two: smaller blocks cost more links, larger ones waste memory on
/// the many sessions that hold a few hundred bytes.
inline constexpr std::uint32_t kBlockBytes = 1000;

/// A run of stream (or datagram) bytes that is kept: [seq, seq + length).
struct Block {
  std::uint32_t next = 0;
  std::uint32_t seq = 0;
  std::uint32_t owner = 0;  ///< session entry, 0 for a datagram's fragments
  std::uint16_t length = 0;
  std::uint8_t side = 0;
  // Not initialised: bytes beyond `length` are never read, and clearing them would cost as much as filling them.
  std::uint8_t data[kBlockBytes];  // NOLINT

  Block() noexcept {}  // NOLINT: a defaulted one would clear `data` when value-initialised

  [[nodiscard]] std::uint32_t end() const noexcept { return seq + length; }
  [[nodiscard]] Bytes bytes() const noexcept { return {data, length}; }
};

/// The shared budget of everything that is kept: out-of-order segments, unacknowledged copies, fragments.
class BlockPool {
 public:
  explicit BlockPool(std::uint64_t bytes)
      : capacity_(static_cast<std::uint32_t>(bytes / sizeof(Block) < 16 ? 16 : bytes / sizeof(Block))),
        blocks_(capacity_) {}

  [[nodiscard]] std::uint32_t acquire() noexcept { return blocks_.acquire(); }
  void release(std::uint32_t index) noexcept { blocks_.release(index); }
  [[nodiscard]] Block& operator[](std::uint32_t index) noexcept { return blocks_[index]; }
  [[nodiscard]] Block* in_use(std::uint32_t index) noexcept { return blocks_.in_use(index); }
  [[nodiscard]] std::uint32_t available() const noexcept { return capacity_ - blocks_.used(); }
  [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::uint32_t used() const noexcept { return blocks_.used(); }

 private:
  std::uint32_t capacity_;
  SlabPool<Block> blocks_;
};

}  // namespace bulkhead
