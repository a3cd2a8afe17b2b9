#include "source/container_mounts.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "bulkhead/unique_fd.hpp"
#include "source/proc_files.hpp"

namespace bulkhead::sentinel {
namespace {

/// A mount's folder, without opening it and without leaving the container. Only what the kernel has at hand is asked: a file
/// system that does not answer must not hold up the answers to others.
UniqueFd find_mount(int root, const Mount& mount) noexcept {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_CACHED;
  // The kernel gives up when others change the tree meanwhile.
  constexpr int kTries = 8;
  for (int tries = 0; tries < kTries; ++tries) {
    UniqueFd found(static_cast<int>(::syscall(SYS_openat2, root, mount.point.c_str(), &how, sizeof(how))));
    if (found.valid() || errno != EAGAIN) return found;
  }
  return {};
}

bool mark(int group, unsigned flags, std::uint64_t mask, int folder) noexcept {
  if (mask == 0) return true;
  char path[32];
  std::snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
  return ::fanotify_mark(group, flags, mask, AT_FDCWD, path) == 0;
}

bool apply(int group, unsigned kind, const Marks& marks, int folder) noexcept {
  // What is to be removed may never have been there.
  mark(group, FAN_MARK_REMOVE | kind, marks.remove, folder);
  return mark(group, FAN_MARK_ADD | kind, marks.add, folder);
}

}  // namespace

ContainerMounts::ContainerMounts(MountTable table, const Mount& root) noexcept
    : table_(std::move(table)), root_(root), owns_root_(root.type == "overlay" && root.root == "/") {}

bool ContainerMounts::may_be_silent(const Mount& mount) const noexcept {
  return is_remote(mount.type) || (is_stacked(mount.type) && mount.device != root_.device);
}

std::optional<FileName> ContainerMounts::name_of(const Mount& via, std::string_view path) const noexcept {
  const auto rest = below(path, via.point);
  if (!rest) return std::nullopt;
  std::string within = (via.root == "/" ? std::string() : via.root) + std::string(*rest);
  if (owns_root_ && via.device == root_.device) return FileName{std::move(within), true};
  // The longest folder that holds the file names it; of equal ones, the one that was mounted first.
  const Mount* best = nullptr;
  for (const Mount& mount : table_.mounts) {
    if (mount.device != via.device || !below(within, mount.root)) continue;
    if (best == nullptr || mount.root.size() > best->root.size()) best = &mount;
  }
  if (best == nullptr) return std::nullopt;
  return FileName{(best->point == "/" ? std::string() : best->point) + std::string(*below(within, best->root)), false};
}

bool mark_root(int group, int root, const ContainerMounts& mounts, Marks marks, Reach reach) noexcept {
  FileIdentity identity;
  if (!identify(root, "", identity)) return false;
  if (mounts.may_be_silent(mounts.root())) {
    errno = EOPNOTSUPP;
    return false;
  }
  if (!mounts.owns_root()) return true;  // one of the mounts
  if (identity.device != mounts.root().device) return false;
  return apply(group, reach == Reach::kEverywhere ? FAN_MARK_FILESYSTEM : FAN_MARK_MOUNT, marks, root);
}

std::size_t mark_mounts(int group, int root, const MountTable& table, const ContainerMounts& mounts,
                        Marks marks) noexcept {
  std::size_t refused = table.left_out;
  // Which mount is seen where several lie over each other: to find it is to go through all of them.
  std::unordered_map<std::string_view, std::uint64_t> seen;
  for (const Mount& mount : table.mounts) {
    // The mark of the root's file system holds for all of its mounts.
    if (mounts.owns_root() && mount.device == mounts.root().device) continue;
    // The kernel asks about no file of it.
    if (mount.type == "proc") continue;
    // It hands out questions with files that it opened, and whoever takes them waits until that is done.
    if (mounts.may_be_silent(mount)) {
      ++refused;
      continue;
    }
    const auto known = seen.find(mount.point);
    if (known != seen.end() && known->second != mount.id) continue;
    const UniqueFd folder = find_mount(root, mount);
    FileIdentity identity;
    const bool found = folder.valid() && identify(folder.get(), "", identity);
    if (found) seen.emplace(mount.point, identity.mount);
    // Another mount lies over it, so that its files cannot be reached by name.
    if (found && identity.mount != mount.id) continue;
    if (!found || !apply(group, FAN_MARK_MOUNT, marks, folder.get())) ++refused;
  }
  return refused;
}

}  // namespace bulkhead::sentinel
