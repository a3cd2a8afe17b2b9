#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead::sentinel {

/// Far above what a container has; the kernel allows 100,000 a namespace, and whoever fills it must not fill this process.
inline constexpr std::size_t kMaxMounts = 8'192;
/// Of a namespace within a container, which are looked at with each question from there: some times what a container has.
inline constexpr std::size_t kMaxCopiedMounts = 256;
/// Of /proc/PID/mountinfo: these bounds, at lines of a usual length.
inline constexpr std::size_t kMaxMountText = std::size_t{4} << 20U;
inline constexpr std::size_t kMaxCopiedMountText = kMaxMountText / kMaxMounts * kMaxCopiedMounts;

/// One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)).
struct Mount {
  std::uint64_t id = 0;
  dev_t device = 0;
  std::string root;   ///< the folder of the file system that is seen
  std::string point;  ///< where it is seen, from the root of the process
  std::string type;
  std::string options;  ///< of the file system, still escaped
};

struct MountTable {
  std::vector<Mount> mounts;
  /// Lines beyond the bound, or that are none.
  std::size_t left_out = 0;

  [[nodiscard]] const Mount* find(std::uint64_t id) const noexcept;
};

[[nodiscard]] MountTable parse_mounts(std::string_view text, std::size_t most) noexcept;

/// Whether files of a type of file system are opened by asking a program or another machine, which may never answer.
[[nodiscard]] bool is_remote(std::string_view type) noexcept;

/// Whether files of a type of file system are those of others below it, which may be remote and cannot be seen from above.
[[nodiscard]] bool is_stacked(std::string_view type) noexcept;

/// Gives the octal escapes of mountinfo (\040) their meaning.
[[nodiscard]] std::string unescape(std::string_view text) noexcept;

/// What follows `folder` in `path`, beginning with `/` unless it is empty; nothing where the path does not lie in it.
[[nodiscard]] std::optional<std::string_view> below(std::string_view path, std::string_view folder) noexcept;

}  // namespace bulkhead::sentinel
