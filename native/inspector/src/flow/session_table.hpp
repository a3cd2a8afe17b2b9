#pragma once

#include <array>
#include <cstdint>

#include "flow/hash_index.hpp"
#include "flow/session_entry.hpp"
#include "flow/slab_pool.hpp"

namespace bulkhead {

/// The sessions by key, and by idleness within their class. Bounded; knows nothing of streams.
class SessionTable {
 public:
  explicit SessionTable(std::uint32_t capacity) : entries_(capacity), buckets_(capacity) {}

  /// The session of `key`, and which way the key's packet travels in it.
  [[nodiscard]] SessionEntry* find(const FlowKey& key, std::uint64_t hash, Direction& direction) noexcept {
    for (std::uint32_t at = buckets_.head(hash); at != 0;) {
      SessionEntry& entry = entries_[at];
      if (entry.hash == hash && matches(entry, key, direction)) {
        recent_ = at;
        return &entry;
      }
      at = entry.chain_next;
    }
    return nullptr;
  }

  /// The keyed hash of `key`. Packets come in trains: that of the session found last is not computed again.
  [[nodiscard]] std::uint64_t hash_of(const FlowKey& key, const HashKey& secret) const noexcept {
    Direction direction;
    if (recent_ != 0 && matches(entries_[recent_], key, direction)) return entries_[recent_].hash;
    return hash_flow(key, secret);
  }
  /// A new entry whose client is the key's source; null when the table is full.
  SessionEntry* open(const FlowKey& key, std::uint64_t hash, SessionClass session_class, std::uint64_t now_ns) noexcept;
  /// Frees the entry. Its streams were ended and its blocks released before.
  void remove(SessionEntry& entry) noexcept;

  void touch(SessionEntry& entry, std::uint64_t now_ns) noexcept {
    entry.seen_ns = now_ns;
    // Moving an entry touches its two neighbours, which are cold: once in a while is exact enough for idle timeouts.
    if (now_ns - entry.listed_ns >= kRelistNs) relist(entry, entry.session_class);
  }
  /// Moves the entry to the front of a class.
  void relist(SessionEntry& entry, SessionClass session_class) noexcept;

  /// The idlest entry of a class, or null.
  [[nodiscard]] SessionEntry* idlest(SessionClass session_class) noexcept {
    const std::uint32_t index = lists_[static_cast<std::size_t>(session_class)].oldest;
    return index != 0 ? &entries_[index] : nullptr;
  }
  /// The entry that a full table should give up, or null when it is empty.
  [[nodiscard]] SessionEntry* victim() noexcept;

  [[nodiscard]] SessionEntry& at(std::uint32_t index) noexcept { return entries_[index]; }
  [[nodiscard]] std::uint32_t size() const noexcept { return entries_.used(); }
  [[nodiscard]] std::uint32_t size(SessionClass session_class) const noexcept {
    return lists_[static_cast<std::size_t>(session_class)].count;
  }
  [[nodiscard]] bool full() const noexcept { return entries_.full(); }

 private:
  struct List {
    std::uint32_t newest = 0, oldest = 0, count = 0;
  };
  static constexpr std::uint64_t kRelistNs = 500'000'000;

  static bool matches(const SessionEntry& entry, const FlowKey& key, Direction& direction) noexcept {
    const SessionView& view = entry.view;
    if (view.ip_protocol != key.protocol || view.tenant != key.tenant || entry.vlan != key.vlan) return false;
    if (view.client_port == key.source_port && view.server_port == key.destination_port &&
        same_address(view.client, key.source) && same_address(view.server, key.destination)) {
      direction = Direction::request;
      return true;
    }
    if (view.server_port == key.source_port && view.client_port == key.destination_port &&
        same_address(view.server, key.source) && same_address(view.client, key.destination)) {
      direction = Direction::response;
      return true;
    }
    return false;
  }
  void link(SessionEntry& entry, SessionClass session_class) noexcept;
  void unlink(SessionEntry& entry) noexcept;

  SlabPool<SessionEntry> entries_;
  HashIndex buckets_;
  std::uint32_t recent_ = 0;
  std::array<List, kSessionClasses> lists_{};
};

}  // namespace bulkhead
