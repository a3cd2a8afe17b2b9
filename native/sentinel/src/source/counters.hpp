#pragma once

#include <atomic>
#include <cstdint>

namespace bulkhead::sentinel {

/// Counted by the watcher's thread, read by any.
struct Counters {
  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> denied{0};
  std::atomic<std::uint64_t> alerted{0};
  std::atomic<std::uint64_t> undecided{0};
  std::atomic<std::uint64_t> repeated{0};
  std::atomic<std::uint64_t> lost{0};
  std::atomic<std::uint64_t> errors{0};
};

}  // namespace bulkhead::sentinel
