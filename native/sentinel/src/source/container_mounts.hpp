#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reading/mount_table.hpp"

namespace bulkhead::sentinel {

struct FileName {
  std::string path;
  bool in_root = false;  ///< in a root that is the container's own: then it is the path within that file system
};

/// A container's mounts when its watch began: what its files are called, whatever it mounts later.
class ContainerMounts {
 public:
  ContainerMounts() noexcept = default;
  ContainerMounts(MountTable table, const Mount& root) noexcept;

  /// Whether the root is a file system of the container's own, so that all of it can be asked about, copies included.
  [[nodiscard]] bool owns_root() const noexcept { return owns_root_; }
  [[nodiscard]] const Mount& root() const noexcept { return root_; }
  [[nodiscard]] const MountTable& table() const noexcept { return table_; }
  /// Whether to open a file of a mount might be to wait for who does not answer. The layers of the root are the runtime's.
  [[nodiscard]] bool may_be_silent(const Mount& mount) const noexcept;

  /// What the container calls a file, given the mount through which it was reached and its path as the mount's namespace has it.
  /// Nothing where the mount shows none of what was mounted then.
  [[nodiscard]] std::optional<FileName> name_of(const Mount& via, std::string_view path) const noexcept;

 private:
  MountTable table_;
  Mount root_;
  bool owns_root_ = false;
};

/// Events that a fanotify group asks about from now on, and no longer.
struct Marks {
  std::uint64_t add = 0;
  std::uint64_t remove = 0;

  [[nodiscard]] bool any() const noexcept { return (add | remove) != 0; }
};

/// How much of the root's file system is meant.
enum class Reach : std::uint8_t {
  kEverywhere,  ///< whichever mount of it is used: in another namespace, or bound somewhere later
  kInPlace,     ///< by the mount that is the root
};

/// Changes what is asked about the file system of a root that is the container's own. `root` is the root folder of a process.
[[nodiscard]] bool mark_root(int group, int root, const ContainerMounts& mounts, Marks marks, Reach reach) noexcept;

/// Changes what is asked about all other mounts of a namespace. Gives the number of mounts for which the kernel refused.
std::size_t mark_mounts(int group, int root, const MountTable& table, const ContainerMounts& mounts, Marks marks) noexcept;

}  // namespace bulkhead::sentinel
