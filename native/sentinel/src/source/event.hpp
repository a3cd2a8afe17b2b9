#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rule/rules.hpp"

namespace bulkhead::sentinel {

/// Something that was denied.
struct Event {
  std::string container;
  bool of_file = false;
  bool blocked = false;
  std::string policy;
  std::string rule;  ///< empty: not from the image
  std::string path;
  Access access = 0;
  std::string executable;
  std::int32_t process = 0;
  std::uint32_t user = 0;
  std::int64_t at_ms = 0;
};

/// Where a watcher's thread sends what it saw.
class EventSink {
 public:
  /// `lost` events before these were dropped. False when they cannot be taken now; then they count as lost.
  virtual bool on_events(std::vector<Event>&& events, std::uint64_t lost) noexcept = 0;

 protected:
  ~EventSink() = default;
};

}  // namespace bulkhead::sentinel
