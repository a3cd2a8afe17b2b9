#pragma once

#include <cstdint>
#include <string_view>

namespace bulkhead::sentinel {

/// What a thread that waits for an open is doing.
enum class OpenCall : std::uint8_t {
  kRunning,  ///< it does not wait yet: ask again
  kReads,
  kWrites,
  kReadsAndWrites,
  kStarts,   ///< it starts a program
  kUnknown,  ///< a call that hides how it opens, or none that opens
};

/// Reads /proc/PID/syscall (proc_pid_syscall(5)). The registers it tells of are those the call was made with: nobody can
/// change them while the thread waits. What lies in the process's memory can be changed, so openat2(2) hides its flags.
[[nodiscard]] OpenCall parse_open_call(std::string_view text) noexcept;

}  // namespace bulkhead::sentinel
