#include "flow/session_keeper.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

/// How long data may still prove that a reset was a forgery the peer ignored. Longer than what is in flight behind a
/// real reset, short because every refused or aborted connection waits for it.
constexpr std::uint64_t kResetLingerNs = 2'000'000'000;

}  // namespace

SessionEntry* SessionKeeper::open(const FlowKey& key, std::uint64_t hash, SessionClass session_class,
                                  std::uint64_t now_ns) noexcept {
  if (table_.full()) {
    SessionEntry* victim = table_.victim();
    if (victim == nullptr) return nullptr;
    if (victim->session_class != SessionClass::closed)
      consumer_.on_exception(victim, Direction::request, Exception::memory_cap, 0);
    close(*victim);
  }
  SessionEntry* entry = table_.open(key, hash, session_class, now_ns);
  if (entry == nullptr) return nullptr;
  entry->view.id = ++opened_;
  return entry;
}

void SessionKeeper::close(SessionEntry& entry) noexcept {
  if (entry.index == deferred_) deferred_ = 0;
  hand_over(entry);
  reassembly_.release(entry);
  table_.remove(entry);
}

void SessionKeeper::hand_over(SessionEntry& entry) noexcept {
  if (entry.handed_over) return;
  for (const Direction direction : {Direction::request, Direction::response}) {
    if (entry.is_tcp()) reassembly_.flush(entry, direction);
    reassembly_.end(entry, direction);
  }
  entry.handed_over = true;
  consumer_.on_close(entry);
  entry.attachment.reset();
  entry.view.server_name = {};
}

void SessionKeeper::run_deferred() noexcept {
  if (deferred_ == 0) return;
  SessionEntry& entry = table_.at(deferred_);
  deferred_ = 0;
  // A blocked or offloaded session stays what it is until it is idle: its late packets are still to be answered so.
  if (entry.disposition != Disposition::inspect) return;
  hand_over(entry);
  reclass(entry, SessionClass::closed);
  if (table_.size(SessionClass::closed) > config_.limits.max_closed) close(*table_.idlest(SessionClass::closed));
}

void SessionKeeper::settle(SessionEntry& entry) noexcept {
  if (entry.settled || entry.disposition == Disposition::inspect) return;
  entry.settled = true;
  reassembly_.release(entry);
  reclass(entry, entry.disposition == Disposition::blocked ? SessionClass::ending : SessionClass::offloaded);
}

std::uint64_t SessionKeeper::idle_limit(SessionClass session_class) const noexcept {
  const EngineLimits& limits = config_.limits;
  switch (session_class) {
    case SessionClass::resetting:
      return std::min(kResetLingerNs, limits.closing_idle_ns);
    case SessionClass::closed:
    case SessionClass::half_open:
    case SessionClass::ending:
      return limits.closing_idle_ns;
    case SessionClass::datagram:
      return limits.udp_idle_ns;
    case SessionClass::offloaded:
      // Inline the kernel forwards it and no packet will come to keep the entry alive.
      return config_.inline_mode ? limits.closing_idle_ns : limits.tcp_idle_ns;
    case SessionClass::open:
      break;
  }
  return limits.tcp_idle_ns;
}

void SessionKeeper::expire(std::uint64_t now_ns) noexcept {
  run_deferred();
  for (std::size_t i = 0; i < kSessionClasses; ++i) {
    const auto session_class = static_cast<SessionClass>(i);
    const std::uint64_t limit = idle_limit(session_class);
    while (SessionEntry* entry = table_.idlest(session_class)) {
      // The list is in the order of `listed_ns`, which runs a little behind `seen_ns`.
      if (now_ns < entry->listed_ns || now_ns - entry->listed_ns < limit) break;
      if (now_ns < entry->seen_ns || now_ns - entry->seen_ns < limit) {
        table_.relist(*entry, session_class);
        continue;
      }
      close(*entry);
    }
  }
}

void SessionKeeper::finish() noexcept {
  run_deferred();
  while (SessionEntry* entry = table_.victim()) close(*entry);
}

}  // namespace bulkhead
