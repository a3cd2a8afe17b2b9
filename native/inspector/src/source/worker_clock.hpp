#pragma once

#include <time.h>

#include <cstdint>

namespace bulkhead {

/// An empty queue is asked again and again this long before its thread sleeps: waking a halted CPU costs more.
inline constexpr std::uint64_t kSpinNs = 120'000;
/// While it spins on the source that was busy last, a worker looks at all its sources every so many rounds.
inline constexpr unsigned kSpinsPerPoll = 8;

inline std::uint64_t clock_ns(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}
inline std::uint64_t monotonic_ns() noexcept { return clock_ns(CLOCK_MONOTONIC); }
inline std::uint64_t wall_ns() noexcept { return clock_ns(CLOCK_REALTIME); }

}  // namespace bulkhead
