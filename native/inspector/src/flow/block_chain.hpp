#pragma once

#include <cstdint>

#include "flow/block_pool.hpp"

namespace bulkhead {

/// Sequence numbers are compared modulo 2^32 (RFC 9293 3.4).
constexpr bool before(std::uint32_t a, std::uint32_t b) noexcept { return static_cast<std::int32_t>(a - b) < 0; }
constexpr std::uint32_t earlier(std::uint32_t a, std::uint32_t b) noexcept { return before(a, b) ? a : b; }
constexpr std::uint32_t later(std::uint32_t a, std::uint32_t b) noexcept { return before(a, b) ? b : a; }

struct BlockOwner {
  std::uint32_t entry = 0;
  std::uint8_t side = 0;
};

/// What the bytes of a segment are next to those already kept for the same sequence numbers.
struct Comparison {
  bool differs = false;
  std::uint32_t compared = 0;  ///< bytes that both have
};

/// Disjoint blocks in sequence order. Every walk is bounded by the number of blocks one owner may hold.
struct BlockChain {
  std::uint32_t head = 0;
  std::uint32_t tail = 0;
  std::uint32_t count = 0;

  [[nodiscard]] bool empty() const noexcept { return head == 0; }
};

/// Appends bytes that follow everything in the chain. Returns how many found room in the pool.
std::size_t append(BlockChain& chain, BlockPool& pool, BlockOwner owner, std::uint32_t seq, Bytes bytes) noexcept;

/// Keeps those of the bytes that the chain does not have: what came first stays. Returns how many bytes were taken or
/// were there already, counted from the start; less than `bytes.size()` only when the pool ran out.
std::size_t insert_missing(BlockChain& chain, BlockPool& pool, BlockOwner owner, std::uint32_t seq,
                           Bytes bytes) noexcept;

[[nodiscard]] Comparison compare(const BlockChain& chain, BlockPool& pool, std::uint32_t seq, Bytes bytes) noexcept;

/// Copies what the chain has for these sequence numbers to `bytes`.
void copy_out(const BlockChain& chain, BlockPool& pool, std::uint32_t seq, MutableBytes bytes) noexcept;

/// Takes the first block out of the chain without freeing it.
std::uint32_t unlink_head(BlockChain& chain, BlockPool& pool) noexcept;
/// Appends a block that follows everything in the chain.
void link_tail(BlockChain& chain, BlockPool& pool, std::uint32_t block) noexcept;
void drop_head(BlockChain& chain, BlockPool& pool) noexcept;
void clear(BlockChain& chain, BlockPool& pool) noexcept;

}  // namespace bulkhead
