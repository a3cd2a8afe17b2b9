#include "flow/pending_table.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

/// Furthest that the first segment seen after a handshake may be from its start: the data of a window that went
/// missing before. Further away it belongs to some other handshake.
constexpr std::uint32_t kMaxDistance = 1U << 24;

}  // namespace

bool PendingHandshake::knows_syn(std::uint32_t isn) const noexcept {
  return std::find(syns.begin(), syns.begin() + syn_count, isn) != syns.begin() + syn_count;
}

void PendingHandshake::note_syn(std::uint32_t isn) noexcept {
  if (knows_syn(isn)) return;
  if (syn_count < kMaxSyns) {
    syns[syn_count++] = isn;
    return;
  }
  syns[next_syn] = isn;
  next_syn = static_cast<std::uint8_t>(next_syn + 1 == kMaxSyns ? 1 : next_syn + 1);
}

void PendingHandshake::note_answer(std::uint32_t client_isn, std::uint32_t server_isn) noexcept {
  for (std::size_t i = 0; i < answer_count; ++i)
    if (answers[i].client_isn == client_isn && answers[i].server_isn == server_isn) return;
  if (answer_count < kMaxAnswers) {
    answers[answer_count++] = {client_isn, server_isn};
    return;
  }
  answers[next_answer] = {client_isn, server_isn};
  next_answer = static_cast<std::uint8_t>(next_answer + 1 == kMaxAnswers ? 1 : next_answer + 1);
}

HandshakeMatch match_handshake(const PendingHandshake& pending, bool from_client, std::uint32_t seq,
                               std::uint32_t ack) noexcept {
  const std::uint32_t of_client = from_client ? seq : ack;
  const std::uint32_t of_server = from_client ? ack : seq;
  HandshakeMatch best;
  std::uint64_t best_distance = 2ULL * kMaxDistance;
  for (std::size_t i = 0; i < pending.answer_count; ++i) {
    const PendingHandshake::Answer& answer = pending.answers[i];
    const std::uint32_t client_distance = of_client - (answer.client_isn + 1);
    const std::uint32_t server_distance = of_server - (answer.server_isn + 1);
    const std::uint64_t distance = std::uint64_t{client_distance} + server_distance;
    if (client_distance > kMaxDistance || server_distance > kMaxDistance || distance >= best_distance) continue;
    best_distance = distance;
    best = {true, true, answer.client_isn, answer.server_isn};
  }
  // Once the server answered, a SYN that it did not answer proves nothing: data that follows one would be a decoy.
  if (best.found || pending.answer_count > 0) return best;
  for (std::size_t i = 0; i < pending.syn_count; ++i) {
    const std::uint32_t distance = of_client - (pending.syns[i] + 1);
    if (distance > kMaxDistance || distance >= best_distance) continue;
    best_distance = distance;
    best = {true, false, pending.syns[i], 0};
  }
  return best;
}

PendingHandshake* PendingTable::find(std::uint64_t hash) noexcept {
  for (std::uint32_t at = buckets_.head(hash); at != 0;) {
    PendingHandshake& pending = entries_[at];
    if (pending.hash == hash) return &pending;
    at = pending.chain_next;
  }
  return nullptr;
}

PendingHandshake* PendingTable::open(std::uint64_t hash, std::uint64_t now_ns, bool& gave_up_answered) noexcept {
  if (PendingHandshake* known = find(hash)) return known;
  if (entries_.full()) {
    gave_up_answered = lists_[0].oldest == 0;
    remove(entries_[gave_up_answered ? lists_[1].oldest : lists_[0].oldest]);
  }
  const std::uint32_t index = entries_.acquire();
  if (index == 0) return nullptr;
  PendingHandshake& pending = entries_[index];
  pending.hash = hash;
  pending.index = index;
  pending.seen_ns = now_ns;
  std::uint32_t& head = buckets_.head(hash);
  pending.chain_next = head;
  head = index;
  link(pending);
  return &pending;
}

void PendingTable::touch(PendingHandshake& pending, std::uint64_t now_ns) noexcept {
  pending.seen_ns = now_ns;
  unlink(pending);
  link(pending);
}

void PendingTable::note_answer(PendingHandshake& pending, std::uint32_t client_isn,
                               std::uint32_t server_isn) noexcept {
  unlink(pending);
  pending.note_answer(client_isn, server_isn);
  link(pending);
}

void PendingTable::remove(PendingHandshake& pending) noexcept {
  std::uint32_t* at = &buckets_.head(pending.hash);
  while (*at != pending.index) at = &entries_[*at].chain_next;
  *at = pending.chain_next;
  unlink(pending);
  entries_.release(pending.index);
}

void PendingTable::expire(std::uint64_t now_ns, std::uint64_t unanswered_ns, std::uint64_t answered_ns) noexcept {
  const std::uint64_t idle[2] = {unanswered_ns, answered_ns};
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    while (lists_[i].oldest != 0) {
      PendingHandshake& pending = entries_[lists_[i].oldest];
      if (now_ns < pending.seen_ns || now_ns - pending.seen_ns < idle[i]) break;
      remove(pending);
    }
  }
}

void PendingTable::link(PendingHandshake& pending) noexcept {
  List& list = list_of(pending);
  pending.newer = 0;
  pending.older = list.newest;
  (list.newest != 0 ? entries_[list.newest].newer : list.oldest) = pending.index;
  list.newest = pending.index;
}

void PendingTable::unlink(PendingHandshake& pending) noexcept {
  List& list = list_of(pending);
  (pending.newer != 0 ? entries_[pending.newer].older : list.newest) = pending.older;
  (pending.older != 0 ? entries_[pending.older].newer : list.oldest) = pending.newer;
}

}  // namespace bulkhead
