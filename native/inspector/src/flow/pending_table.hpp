#pragma once

#include <array>
#include <cstdint>

#include "flow/hash_index.hpp"
#include "flow/slab_pool.hpp"

namespace bulkhead {

/// A TCP handshake that carried no data yet. Holds no addresses: its identity is the keyed 64-bit hash.
///
/// Keeps several initial sequence numbers, because whoever can send SYNs can send many (CVE-2025-59147), and only the
/// server's answer tells which of them counts.
struct PendingHandshake {
  static constexpr std::size_t kMaxSyns = 4;
  static constexpr std::size_t kMaxAnswers = 4;
  struct Answer {
    std::uint32_t client_isn = 0, server_isn = 0;
  };

  std::uint64_t hash = 0;
  std::uint64_t seen_ns = 0;
  std::uint32_t index = 0;
  std::uint32_t chain_next = 0;
  std::uint32_t newer = 0, older = 0;
  std::array<std::uint32_t, kMaxSyns> syns{};  ///< the first, then the latest ones
  std::array<Answer, kMaxAnswers> answers{};
  std::uint8_t syn_count = 0;
  std::uint8_t answer_count = 0;
  std::uint8_t next_syn = 1, next_answer = 1;  ///< slot that a further one overwrites; slot 0 stays
  bool client_is_upper = false;                ///< see FlowKey::source_is_upper

  void note_syn(std::uint32_t isn) noexcept;
  void note_answer(std::uint32_t client_isn, std::uint32_t server_isn) noexcept;
  [[nodiscard]] bool knows_syn(std::uint32_t isn) const noexcept;
};

/// Where both sides of an accepted handshake begin.
struct HandshakeMatch {
  bool found = false;
  bool server_known = false;
  std::uint32_t client_isn = 0, server_isn = 0;
};

/// Finds the handshake that a segment of the client (`from_client`) or the server with these numbers belongs to.
[[nodiscard]] HandshakeMatch match_handshake(const PendingHandshake& pending, bool from_client, std::uint32_t seq,
                                             std::uint32_t ack) noexcept;

/// Bounded table of handshakes; unanswered ones are given up first, then the idlest.
class PendingTable {
 public:
  explicit PendingTable(std::uint32_t capacity) : entries_(capacity), buckets_(capacity) {}

  [[nodiscard]] PendingHandshake* find(std::uint64_t hash) noexcept;
  /// The handshake of `hash`, new if need be. `gave_up_answered` is set when an answered one had to make room.
  PendingHandshake* open(std::uint64_t hash, std::uint64_t now_ns, bool& gave_up_answered) noexcept;
  void touch(PendingHandshake& pending, std::uint64_t now_ns) noexcept;
  void note_answer(PendingHandshake& pending, std::uint32_t client_isn, std::uint32_t server_isn) noexcept;
  void remove(PendingHandshake& pending) noexcept;
  /// Forgets unanswered handshakes idle for `unanswered_ns`, and answered ones idle for `answered_ns`.
  void expire(std::uint64_t now_ns, std::uint64_t unanswered_ns, std::uint64_t answered_ns) noexcept;
  [[nodiscard]] std::uint32_t size() const noexcept { return entries_.used(); }

 private:
  struct List {
    std::uint32_t newest = 0, oldest = 0;
  };
  List& list_of(const PendingHandshake& pending) noexcept { return lists_[pending.answer_count > 0 ? 1 : 0]; }
  void link(PendingHandshake& pending) noexcept;
  void unlink(PendingHandshake& pending) noexcept;

  SlabPool<PendingHandshake> entries_;
  HashIndex buckets_;
  std::array<List, 2> lists_{};
};

}  // namespace bulkhead
