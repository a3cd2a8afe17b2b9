#include "source/proc_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>

#include "bulkhead/unique_fd.hpp"

namespace bulkhead::sentinel {

std::string_view read_link(int folder, const char* name, PathBuffer& buffer) noexcept {
  const ssize_t length = ::readlinkat(folder, name, buffer.data(), buffer.size());
  return {buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

std::string_view read_start(int folder, const char* name, std::span<char> buffer) noexcept {
  const UniqueFd file(::openat(folder, name, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return {};
  const ssize_t length = ::read(file.get(), buffer.data(), buffer.size());
  return {buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

std::string read_whole(int folder, const char* name, std::size_t most) noexcept {
  std::string text;
  const UniqueFd file(::openat(folder, name, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return text;
  constexpr std::size_t kAtOnce = 65'536;
  while (text.size() < most) {
    const std::size_t before = text.size();
    text.resize(before + kAtOnce);
    const ssize_t length = ::read(file.get(), text.data() + before, kAtOnce);
    text.resize(before + (length > 0 ? static_cast<std::size_t>(length) : 0));
    if (length <= 0) break;
  }
  return text;
}

ProcName::ProcName(std::int32_t process, const char* file) noexcept {
  std::snprintf(text.data(), text.size(), "%d/%s", process, file);
}

bool identify(int folder, const char* name, FileIdentity& identity) noexcept {
  struct statx found {};
  // What the kernel has at hand is enough, and a file system that is a program of the container may never answer.
  const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC | (*name == '\0' ? AT_EMPTY_PATH : 0);
  constexpr unsigned kWanted = STATX_TYPE | STATX_MODE | STATX_INO | STATX_NLINK | STATX_MNT_ID;
  if (::statx(folder, name, flags, kWanted, &found) != 0) return false;
  identity.device = makedev(found.stx_dev_major, found.stx_dev_minor);
  identity.inode = found.stx_ino;
  identity.mount = found.stx_mnt_id;
  identity.links = found.stx_nlink;
  identity.mode = found.stx_mode;
  return true;
}

}  // namespace bulkhead::sentinel
