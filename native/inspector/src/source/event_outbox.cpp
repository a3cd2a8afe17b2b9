#include "source/event_outbox.hpp"

#include <utility>

#include "source/workers.hpp"

namespace bulkhead {

EventOutbox::EventOutbox(WorkersOutput& output) : output_(output) { batch_.records.reserve(EventBatch::kRecords); }

void EventOutbox::add(const EventRecord& record, std::uint64_t now_ns) noexcept {
  if (batch_.records.empty()) since_ns_ = now_ns;
  batch_.records.push_back(record);
  if (batch_.records.size() == EventBatch::kRecords) flush();
}

std::uint64_t EventOutbox::due_ns() const noexcept {
  return batch_.records.empty() ? UINT64_MAX : since_ns_ + kMaxWaitNs;
}

void EventOutbox::flush() noexcept {
  if (batch_.records.empty()) return;
  const std::size_t count = batch_.records.size();
  batch_.lost = unreported_;
  if (output_.on_events(std::exchange(batch_, {}))) {
    unreported_ = 0;
  } else {
    unreported_ += count;
    lost_ += count;
  }
  batch_.records.reserve(EventBatch::kRecords);
}

}  // namespace bulkhead
