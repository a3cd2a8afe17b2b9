#include "flow/block_budget.hpp"

namespace bulkhead {
namespace {

/// Blocks looked at before a reservation is refused: keeps the worst case of one packet short when nearly all of the
/// pool is out-of-order data, which is not taken back.
constexpr std::uint32_t kReclaimSteps = 256;

}  // namespace

bool BlockBudget::make_room(SessionEntry& entry, std::uint32_t needed) noexcept {
  if (needed > per_session_) return false;
  while (entry.blocks() + needed > per_session_) {
    TcpSide& first = entry.sides[0];
    TcpSide& second = entry.sides[1];
    TcpSide& fuller = first.retained.count >= second.retained.count ? first : second;
    if (fuller.retained.empty()) return false;
    drop_head(fuller.retained, pool_);
  }
  return reclaim(needed, entry.index);
}

bool BlockBudget::reclaim(std::uint32_t needed, std::uint32_t keep_entry) noexcept {
  for (std::uint32_t step = 0; step < kReclaimSteps && pool_.available() < needed; ++step) {
    hand_ = hand_ % pool_.capacity() + 1;
    const Block* block = pool_.in_use(hand_);
    if (block == nullptr || block->owner == 0 || block->owner == keep_entry) continue;
    clear(table_.at(block->owner).sides[block->side].retained, pool_);
  }
  return pool_.available() >= needed;
}

}  // namespace bulkhead
