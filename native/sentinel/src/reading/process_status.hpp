#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bulkhead::sentinel {

/// Bytes of /proc/PID/status that hold the lines of interest, which are among the first ten.
inline constexpr std::size_t kMaxStatusText = 2'048;

/// What /proc/PID/status tells of a thread (proc_pid_status(5)).
struct ProcessStatus {
  std::int32_t process = 0;  ///< the thread's process
  std::int32_t parent = 0;   ///< of the process; none where this one cannot see it
  std::uint32_t user = 0;    ///< the effective one
  std::uint32_t real_user = 0;
};

[[nodiscard]] std::optional<ProcessStatus> parse_status(std::string_view text) noexcept;

}  // namespace bulkhead::sentinel
