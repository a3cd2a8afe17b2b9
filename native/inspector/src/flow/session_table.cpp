#include "flow/session_table.hpp"

namespace bulkhead {

SessionEntry* SessionTable::open(const FlowKey& key, std::uint64_t hash, SessionClass session_class,
                                 std::uint64_t now_ns) noexcept {
  const std::uint32_t index = entries_.acquire();
  if (index == 0) return nullptr;
  SessionEntry& entry = entries_[index];
  entry.view.client = key.source;
  entry.view.server = key.destination;
  entry.view.client_port = key.source_port;
  entry.view.server_port = key.destination_port;
  entry.view.ip_protocol = key.protocol;
  entry.view.tenant = key.tenant;
  entry.vlan = key.vlan;
  entry.hash = hash;
  entry.index = index;
  entry.seen_ns = now_ns;
  std::uint32_t& head = buckets_.head(hash);
  entry.chain_next = head;
  head = index;
  link(entry, session_class);
  return &entry;
}

void SessionTable::remove(SessionEntry& entry) noexcept {
  std::uint32_t* at = &buckets_.head(entry.hash);
  while (*at != entry.index) at = &entries_[*at].chain_next;
  *at = entry.chain_next;
  unlink(entry);
  if (recent_ == entry.index) recent_ = 0;
  entries_.release(entry.index);
}

void SessionTable::relist(SessionEntry& entry, SessionClass session_class) noexcept {
  unlink(entry);
  link(entry, session_class);
}

SessionEntry* SessionTable::victim() noexcept {
  for (std::size_t i = 0; i < kSessionClasses; ++i)
    if (lists_[i].oldest != 0) return &entries_[lists_[i].oldest];
  return nullptr;
}

void SessionTable::link(SessionEntry& entry, SessionClass session_class) noexcept {
  List& list = lists_[static_cast<std::size_t>(session_class)];
  entry.session_class = session_class;
  entry.listed_ns = entry.seen_ns;
  entry.newer = 0;
  entry.older = list.newest;
  if (list.newest != 0)
    entries_[list.newest].newer = entry.index;
  else
    list.oldest = entry.index;
  list.newest = entry.index;
  ++list.count;
}

void SessionTable::unlink(SessionEntry& entry) noexcept {
  List& list = lists_[static_cast<std::size_t>(entry.session_class)];
  if (entry.newer != 0)
    entries_[entry.newer].older = entry.older;
  else
    list.newest = entry.older;
  if (entry.older != 0)
    entries_[entry.older].newer = entry.newer;
  else
    list.oldest = entry.newer;
  --list.count;
}

}  // namespace bulkhead
