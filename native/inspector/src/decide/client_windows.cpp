#include "decide/client_windows.hpp"

#include <algorithm>
#include <new>

#include "lane/siphash.hpp"

namespace bulkhead {

ClientWindows::Outcome ClientWindows::count(const ClientKey& key, std::uint64_t value, std::uint64_t now_ns,
                                            std::uint64_t window_ns) noexcept {
  const std::lock_guard lock(mutex_);
  if (entries_ == nullptr) entries_.reset(new (std::nothrow) Entry[kClients]);
  if (entries_ == nullptr) return {1, true};
  // Keyed: a client cannot choose whose place it takes.
  std::array<std::uint8_t, 22> bytes;
  std::copy(key.client.bytes.begin(), key.client.bytes.end(), bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) bytes[16 + i] = static_cast<std::uint8_t>(key.tenant >> (8 * i));
  for (std::size_t i = 0; i < 2; ++i) bytes[20 + i] = static_cast<std::uint8_t>(key.sensor >> (8 * i));
  const std::uint64_t hash = lane::SipHash(key_[0], key_[1]).of(bytes);
  Entry* const set = entries_.get() + hash % (kClients / kWays) * kWays;
  Entry* const end = set + kWays;

  Outcome outcome;
  Entry* entry = std::find_if(set, end, [&key](const Entry& e) { return e.used != 0 && e.key == key; });
  if (entry == end) {
    entry = std::min_element(set, end, [](const Entry& a, const Entry& b) {
      return a.used == 0 || b.used == 0 ? a.used < b.used : a.last_ns < b.last_ns;
    });
    outcome.lost = entry->used != 0 && entry->key.generation == key.generation &&
                   entry->last_ns + entry->window_ns > now_ns;
    entry->key = key;
    entry->used = 0;
  }
  entry->last_ns = now_ns;
  entry->window_ns = window_ns;

  Seen* const seen = entry->seen.data();
  // Packets of two queues may come a little out of order: a value of the future is as good as one of now.
  Seen* live = std::remove_if(seen, seen + entry->used,
                              [=](const Seen& s) { return s.at_ns + window_ns <= now_ns; });
  Seen* at = std::find_if(seen, live, [value](const Seen& s) { return s.value == value; });
  if (at == live && live == seen + kValues)
    at = std::min_element(seen, live, [](const Seen& a, const Seen& b) { return a.at_ns < b.at_ns; });
  else if (at == live)
    ++live;
  *at = {value, now_ns};
  entry->used = static_cast<std::uint32_t>(live - seen);
  outcome.distinct = entry->used;
  return outcome;
}

}  // namespace bulkhead
