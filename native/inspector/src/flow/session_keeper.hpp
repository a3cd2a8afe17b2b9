#pragma once

#include <cstdint>

#include "flow/session_table.hpp"
#include "flow/tcp_reassembly.hpp"

namespace bulkhead {

/// Opens and ends sessions: the one place that knows when a session leaves the table, and in which order the consumer
/// hears about it.
class SessionKeeper {
 public:
  SessionKeeper(const EngineConfig& config, StreamConsumer& consumer, SessionTable& table,
                TcpReassembly& reassembly) noexcept
      : config_(config), consumer_(consumer), table_(table), reassembly_(reassembly) {}

  /// A new session whose client is the key's source. Makes room when the table is full; null only when memory is out.
  SessionEntry* open(const FlowKey& key, std::uint64_t hash, SessionClass session_class,
                     std::uint64_t now_ns) noexcept;
  /// Ends the session and frees its entry. The reference is dead afterwards.
  void close(SessionEntry& entry) noexcept;
  /// Tells the consumer at the next call of `run_deferred` that the session is over: the layer above still has to
  /// judge the packet that ended it.
  void defer_handover(SessionEntry& entry) noexcept { deferred_ = entry.index; }
  void run_deferred() noexcept;
  /// Does once what the disposition of an entry asks for.
  void settle(SessionEntry& entry) noexcept;
  void touch(SessionEntry& entry, std::uint64_t now_ns) noexcept { table_.touch(entry, now_ns); }
  void reclass(SessionEntry& entry, SessionClass session_class) noexcept {
    if (entry.session_class != session_class) table_.relist(entry, session_class);
  }
  void expire(std::uint64_t now_ns) noexcept;
  void finish() noexcept;
  [[nodiscard]] std::size_t active() const noexcept {
    return table_.size() - table_.size(SessionClass::closed);
  }
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_; }

 private:
  void hand_over(SessionEntry& entry) noexcept;
  [[nodiscard]] std::uint64_t idle_limit(SessionClass session_class) const noexcept;

  const EngineConfig& config_;
  StreamConsumer& consumer_;
  SessionTable& table_;
  TcpReassembly& reassembly_;
  std::uint64_t opened_ = 0;
  std::uint32_t deferred_ = 0;
};

}  // namespace bulkhead
