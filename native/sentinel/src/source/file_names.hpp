#pragma once

#include <optional>
#include <string_view>

#include "bulkhead/unique_fd.hpp"
#include "reading/mount_table.hpp"
#include "source/container_mounts.hpp"
#include "source/proc_files.hpp"

namespace bulkhead::sentinel {

/// What the kernel puts after the name of a file that was removed.
inline constexpr std::string_view kDeleted = " (deleted)";

/// What a container calls the files that a thread uses: by their place in the root's file system, or in the volume as the
/// container has it. Whatever the thread mounts over them, and whichever folder is its root, changes nothing about that.
class FileNames {
 public:
  /// `seen` are the mounts of the thread's own namespace where it has one, and nothing where it is the container's.
  FileNames(int proc, const ContainerMounts& mounts, const MountTable& current, const MountTable& seen) noexcept
      : proc_(proc), mounts_(mounts), current_(current), seen_(seen) {}

  /// Of a descriptor of this process. Nothing where it cannot be told.
  [[nodiscard]] std::optional<FileName> name_of(int file, const FileIdentity& identity) const noexcept;
  /// What a link below /proc leads to, by no more than its path (O_PATH). None where that lies in memory, or where to follow the link
  /// might be to wait. `text` is what the link says.
  [[nodiscard]] UniqueFd open_link(const char* link, std::string_view text) const noexcept;
  /// Of a link below /proc to a file that is not open here, which says `text`.
  [[nodiscard]] std::optional<FileName> name_of_link(const char* link, std::string_view text) const noexcept;

 private:
  [[nodiscard]] bool may_be_silent(std::string_view path) const noexcept;

  int proc_;
  const ContainerMounts& mounts_;
  const MountTable& current_;
  const MountTable& seen_;
};

}  // namespace bulkhead::sentinel
