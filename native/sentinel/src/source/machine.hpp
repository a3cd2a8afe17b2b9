#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bulkhead/unique_fd.hpp"
#include "source/failure.hpp"

namespace bulkhead::sentinel {

/// The machine beside its containers: /proc, and the namespaces of the machine's own programs, which are never held to rules.
class Machine {
 public:
  [[nodiscard]] Failure open() noexcept;

  [[nodiscard]] int proc() const noexcept { return proc_.get(); }
  /// Whether the link of a mount namespace (mnt:[…]) is that of this process or of the machine's first.
  [[nodiscard]] bool owns_mounts(std::string_view link) const noexcept;
  /// The same for a namespace of processes.
  [[nodiscard]] bool owns_processes(std::string_view link) const noexcept;

 private:
  UniqueFd proc_;
  std::vector<std::string> mounts_;
  std::vector<std::string> processes_;
};

/// What this process lacks to look at processes of others and at the layers of their images; nothing failed where it has all.
[[nodiscard]] Failure check_capabilities() noexcept;

/// Why a fanotify group that decides cannot be had here; nothing failed where it can.
[[nodiscard]] Failure try_fanotify() noexcept;

/// A fanotify group that decides, or none and errno.
[[nodiscard]] UniqueFd open_group() noexcept;

/// A fanotify group that is only told of what has happened, or none and errno. Nobody waits for who reads it; where nobody
/// does in time, the kernel says that it has left something out.
[[nodiscard]] UniqueFd open_notice_group() noexcept;

}  // namespace bulkhead::sentinel
