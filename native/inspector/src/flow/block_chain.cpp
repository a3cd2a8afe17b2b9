#include "flow/block_chain.hpp"

#include <algorithm>
#include <cstring>

namespace bulkhead {
namespace {

/// Fills the spare room of block `at`, which ends at `seq`. Returns the bytes taken.
std::size_t fill(Block& block, Bytes bytes) noexcept {
  const std::size_t room = kBlockBytes - block.length;
  const std::size_t taken = std::min(room, bytes.size());
  std::memcpy(block.data + block.length, bytes.data(), taken);
  block.length = static_cast<std::uint16_t>(block.length + taken);
  return taken;
}

/// Links a fresh block behind `previous` (0: at the head). Returns 0 when the pool is empty.
std::uint32_t link_fresh(BlockChain& chain, BlockPool& pool, BlockOwner owner, std::uint32_t previous,
                         std::uint32_t seq) noexcept {
  const std::uint32_t index = pool.acquire();
  if (index == 0) return 0;
  Block& block = pool[index];
  block.seq = seq;
  block.owner = owner.entry;
  block.side = owner.side;
  block.next = previous != 0 ? pool[previous].next : chain.head;
  (previous != 0 ? pool[previous].next : chain.head) = index;
  if (chain.tail == previous) chain.tail = index;
  ++chain.count;
  return index;
}

/// Stores bytes between `previous` and its successor. `previous` becomes the last block written to.
std::size_t store_after(BlockChain& chain, BlockPool& pool, BlockOwner owner, std::uint32_t& previous,
                        std::uint32_t seq, Bytes bytes) noexcept {
  std::size_t stored = 0;
  if (previous != 0 && pool[previous].end() == seq) stored = fill(pool[previous], bytes);
  while (stored < bytes.size()) {
    const std::uint32_t index =
        link_fresh(chain, pool, owner, previous, seq + static_cast<std::uint32_t>(stored));
    if (index == 0) break;
    stored += fill(pool[index], bytes.subspan(stored));
    previous = index;
  }
  return stored;
}

/// Calls `visit(block, offset in block, offset in segment, length)` for each stretch that block and segment share.
template <typename Visit>
void for_each_shared(const BlockChain& chain, BlockPool& pool, std::uint32_t seq, std::size_t size,
                     Visit visit) noexcept {
  const std::uint32_t end = seq + static_cast<std::uint32_t>(size);
  for (std::uint32_t at = chain.head; at != 0; at = pool[at].next) {
    Block& block = pool[at];
    if (!before(seq, block.end())) continue;
    if (!before(block.seq, end)) return;
    const std::uint32_t from = later(seq, block.seq);
    const std::uint32_t to = earlier(end, block.end());
    visit(block, from - block.seq, from - seq, to - from);
  }
}

}  // namespace

std::size_t append(BlockChain& chain, BlockPool& pool, BlockOwner owner, std::uint32_t seq, Bytes bytes) noexcept {
  std::uint32_t last = chain.tail;
  return store_after(chain, pool, owner, last, seq, bytes);
}

std::size_t insert_missing(BlockChain& chain, BlockPool& pool, BlockOwner owner, std::uint32_t seq,
                           Bytes bytes) noexcept {
  std::uint32_t previous = 0;
  std::uint32_t at = chain.head;
  if (chain.tail != 0 && !before(seq, pool[chain.tail].end())) {
    previous = chain.tail;
    at = 0;
  }
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::uint32_t from = seq + static_cast<std::uint32_t>(done);
    while (at != 0 && !before(from, pool[at].end())) {
      previous = at;
      at = pool[at].next;
    }
    std::size_t missing = bytes.size() - done;
    if (at != 0) {
      const Block& following = pool[at];
      if (!before(from, following.seq)) {
        done += std::min<std::size_t>(missing, following.end() - from);
        continue;
      }
      missing = std::min<std::size_t>(missing, following.seq - from);
    }
    const std::size_t stored = store_after(chain, pool, owner, previous, from, bytes.subspan(done, missing));
    done += stored;
    if (stored < missing) break;
  }
  return done;
}

Comparison compare(const BlockChain& chain, BlockPool& pool, std::uint32_t seq, Bytes bytes) noexcept {
  Comparison result;
  for_each_shared(chain, pool, seq, bytes.size(),
                  [&](const Block& block, std::uint32_t in_block, std::uint32_t in_segment, std::uint32_t length) {
                    result.compared += length;
                    if (std::memcmp(block.data + in_block, bytes.data() + in_segment, length) != 0)
                      result.differs = true;
                  });
  return result;
}

void copy_out(const BlockChain& chain, BlockPool& pool, std::uint32_t seq, MutableBytes bytes) noexcept {
  for_each_shared(chain, pool, seq, bytes.size(),
                  [&](const Block& block, std::uint32_t in_block, std::uint32_t in_segment, std::uint32_t length) {
                    std::memcpy(bytes.data() + in_segment, block.data + in_block, length);
                  });
}

std::uint32_t unlink_head(BlockChain& chain, BlockPool& pool) noexcept {
  const std::uint32_t index = chain.head;
  if (index == 0) return 0;
  chain.head = pool[index].next;
  if (chain.head == 0) chain.tail = 0;
  --chain.count;
  pool[index].next = 0;
  return index;
}

void link_tail(BlockChain& chain, BlockPool& pool, std::uint32_t block) noexcept {
  pool[block].next = 0;
  (chain.tail != 0 ? pool[chain.tail].next : chain.head) = block;
  chain.tail = block;
  ++chain.count;
}

void drop_head(BlockChain& chain, BlockPool& pool) noexcept {
  const std::uint32_t index = unlink_head(chain, pool);
  if (index != 0) pool.release(index);
}

void clear(BlockChain& chain, BlockPool& pool) noexcept {
  while (chain.head != 0) drop_head(chain, pool);
}

}  // namespace bulkhead
