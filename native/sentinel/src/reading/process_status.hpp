#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bulkhead::sentinel {

/// What /proc/PID/status tells of a thread (proc_pid_status(5)).
struct ProcessStatus {
  std::int32_t process = 0;  ///< the thread's process
  std::uint32_t user = 0;    ///< the effective one
};

[[nodiscard]] std::optional<ProcessStatus> parse_status(std::string_view text) noexcept;

}  // namespace bulkhead::sentinel
