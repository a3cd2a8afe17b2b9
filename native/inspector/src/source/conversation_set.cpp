#include "source/conversation_set.hpp"

#include <cstring>
#include <utility>

#include "decode/sip_hash.hpp"
#include "source/random_key.hpp"

namespace bulkhead {

ConversationSet::ConversationSet() noexcept {
  EngineConfig random;
  fill_hash_key(random);
  key_ = {random.hash_key[0], random.hash_key[1]};
}

std::size_t ConversationSet::place_of(const ConversationRecord& record) const noexcept {
  std::array<std::uint64_t, 5> words{};
  static_assert(sizeof words >= sizeof record);
  std::memcpy(words.data(), &record, sizeof record);
  SipHash hash(key_[0], key_[1]);
  for (const std::uint64_t word : words) hash.add(word);
  return hash.finish() % (2 * kMost);
}

bool ConversationSet::add(const SessionView& session, Protocol spoken) noexcept {
  const ConversationRecord record{session.client.bytes, session.server.bytes, session.server_port, session.ip_protocol,
                                  static_cast<std::uint8_t>(spoken)};
  if (index_ == nullptr) index_ = std::make_unique<Index>();
  // Ends: half of the places are free.
  std::size_t at = place_of(record);
  for (; (*index_)[at] != 0; at = (at + 1) % index_->size())
    if (records_[(*index_)[at] - 1U] == record) return true;
  if (records_.size() == kMost) return false;
  records_.push_back(record);
  (*index_)[at] = static_cast<std::uint16_t>(records_.size());
  return true;
}

std::vector<ConversationRecord> ConversationSet::take() noexcept {
  index_.reset();
  return std::exchange(records_, {});
}

}  // namespace bulkhead
