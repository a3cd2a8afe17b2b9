#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bulkhead::sentinel {

/// The flags by which a file was opened, as /proc/PID/fdinfo/N tells them (proc_pid_fdinfo(5)).
[[nodiscard]] std::optional<std::uint64_t> parse_open_flags(std::string_view text) noexcept;

}  // namespace bulkhead::sentinel
