#pragma once

#include <cstdint>

#include "source/event_record.hpp"

namespace bulkhead {

class WorkersOutput;

/// Collects a worker's event records and hands them over in batches. Loses them, and counts, when nobody takes them.
class EventOutbox {
 public:
  /// A record waits no longer than this for its batch to fill.
  static constexpr std::uint64_t kMaxWaitNs = 50'000'000;

  explicit EventOutbox(WorkersOutput& output);

  void add(const EventRecord& record, std::uint64_t now_ns) noexcept;
  void flush() noexcept;
  /// When the waiting records must be handed over; UINT64_MAX with none waiting.
  [[nodiscard]] std::uint64_t due_ns() const noexcept;
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  WorkersOutput& output_;
  EventBatch batch_;
  std::uint64_t since_ns_ = 0;
  std::uint64_t unreported_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace bulkhead
