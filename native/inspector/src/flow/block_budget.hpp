#pragma once

#include <cstdint>

#include "bulkhead/engine.hpp"
#include "flow/block_pool.hpp"
#include "flow/session_table.hpp"

namespace bulkhead {

/// Divides the shared pool between sessions: each has its own cap, and when the pool is dry, copies kept for
/// comparison (never data that waits for a hole) are taken from whoever has some.
class BlockBudget {
 public:
  BlockBudget(const EngineLimits& limits, SessionTable& table)
      : pool_(limits.reassembly_bytes), table_(table), per_session_(blocks_of(limits.reassembly_bytes_per_session)) {}

  /// Makes room for `bytes` more in pieces of one session. False when its cap or the pool does not allow it.
  [[nodiscard]] bool reserve(SessionEntry& entry, std::size_t bytes) noexcept {
    const auto needed = static_cast<std::uint32_t>(bytes / kBlockBytes) + 2;
    const std::uint32_t held = entry.blocks();
    if (held + needed <= per_session_ && needed <= pool_.available()) return true;
    return make_room(entry, needed);
  }
  /// Makes room for blocks that belong to no session.
  [[nodiscard]] bool reserve_unowned(std::size_t bytes) noexcept {
    return reclaim(static_cast<std::uint32_t>(bytes / kBlockBytes) + 2, 0);
  }
  [[nodiscard]] BlockPool& pool() noexcept { return pool_; }

 private:
  static std::uint32_t blocks_of(std::uint32_t bytes) noexcept {
    const auto blocks = static_cast<std::uint32_t>(bytes / kBlockBytes);
    return blocks < 4 ? 4 : blocks;
  }
  bool make_room(SessionEntry& entry, std::uint32_t needed) noexcept;
  bool reclaim(std::uint32_t needed, std::uint32_t keep_entry) noexcept;

  BlockPool pool_;
  SessionTable& table_;
  std::uint32_t per_session_;
  std::uint32_t hand_ = 0;  ///< where the search for a copy to give up goes on
};

}  // namespace bulkhead
