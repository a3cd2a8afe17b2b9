#include "source/machine.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "source/proc_files.hpp"

namespace bulkhead::sentinel {

namespace {

constexpr unsigned kGroupFlags = FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_MARKS | FAN_REPORT_TID;
/// The descriptors of events: a pipe or device must not hold up or notice whoever looks at it.
constexpr unsigned kEventFlags = O_RDONLY | O_CLOEXEC | O_LARGEFILE | O_NONBLOCK;

bool has_cached_lookups() noexcept {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_CACHED;
  const UniqueFd root(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how))));
  return root.valid() || errno == EAGAIN;
}

}  // namespace

Failure Machine::open() noexcept {
  proc_.reset(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  PathBuffer buffer;
  for (const char* process : {"self", "1"}) {
    const std::string folder(process);
    const std::string mounts(read_link(proc_.get(), (folder + "/ns/mnt").c_str(), buffer));
    const std::string processes(read_link(proc_.get(), (folder + "/ns/pid").c_str(), buffer));
    // The first process may be out of reach, as one with capabilities that this has not.
    if (mounts.empty() || processes.empty()) continue;
    mounts_.push_back(mounts);
    processes_.push_back(processes);
  }
  if (mounts_.empty()) return {FailureCode::kNotPermitted, "/proc cannot be read: mount it"};
  return {};
}

bool Machine::owns_mounts(std::string_view link) const noexcept {
  return std::find(mounts_.begin(), mounts_.end(), link) != mounts_.end();
}

bool Machine::owns_processes(std::string_view link) const noexcept {
  return std::find(processes_.begin(), processes_.end(), link) != processes_.end();
}

Failure check_capabilities() noexcept {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> held{};
  if (::syscall(SYS_capget, &header, held.data()) != 0) {
    return {FailureCode::kUnsupported, std::string("the capabilities of this process cannot be told: ") + std::strerror(errno)};
  }
  const auto has = [&held](unsigned capability) {
    return (held[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
  };
  const auto lacks = [](const char* name, const char* purpose) {
    return Failure{FailureCode::kNotPermitted, std::string("programs and files of containers cannot be decided about: run with ") +
                                                   name + ", to " + purpose};
  };
  if (!has(CAP_SYS_ADMIN)) return lacks("CAP_SYS_ADMIN", "be asked by the kernel");
  if (!has(CAP_SYS_PTRACE)) return lacks("CAP_SYS_PTRACE", "see who asks");
  if (!has(CAP_DAC_READ_SEARCH) && !has(CAP_DAC_OVERRIDE)) {
    return lacks("CAP_DAC_READ_SEARCH", "find files in the layers of images");
  }
  return {};
}

UniqueFd open_group() noexcept {
  return UniqueFd(::fanotify_init(FAN_CLASS_CONTENT | FAN_UNLIMITED_QUEUE | kGroupFlags, kEventFlags));
}

UniqueFd open_notice_group() noexcept {
  // What waits is bounded (fs.fanotify.max_queued_events): unlike who waits for an answer, who runs programs does not stop.
  return UniqueFd(::fanotify_init(FAN_CLASS_NOTIF | kGroupFlags, kEventFlags));
}

Failure try_fanotify() noexcept {
  if (Failure failure = check_capabilities(); failure.failed()) return failure;
  if (!has_cached_lookups()) {
    return {FailureCode::kUnsupported, std::string("this kernel cannot look for a mount without waiting for file systems (") +
                                           std::strerror(errno) + "): use one of 5.12 or later"};
  }
  const UniqueFd group = open_group();
  if (!group.valid()) {
    if (errno == EPERM) {
      return {FailureCode::kNotPermitted,
              "programs and files of containers cannot be decided about: run with CAP_SYS_ADMIN of the machine, in no user namespace"};
    }
    if (errno == EMFILE) {
      return {FailureCode::kNoResources,
              "no more fanotify groups can be had: raise fs.fanotify.max_user_groups or the limit of open files"};
    }
    return {FailureCode::kUnsupported, std::string("this kernel has no fanotify (") + std::strerror(errno) +
                                           "): use one with CONFIG_FANOTIFY"};
  }
  // Only a file that nobody else has.
  const UniqueFd file(::memfd_create("bulkhead-probe", MFD_CLOEXEC));
  char path[32];
  std::snprintf(path, sizeof(path), "/proc/self/fd/%d", file.get());
  if (::fanotify_mark(group.get(), FAN_MARK_ADD, FAN_OPEN_PERM | FAN_OPEN_EXEC_PERM, AT_FDCWD, path) != 0) {
    return {FailureCode::kUnsupported, std::string("this kernel asks nobody about opens (") + std::strerror(errno) +
                                           "): use one with CONFIG_FANOTIFY_ACCESS_PERMISSIONS"};
  }
  return {};
}

}  // namespace bulkhead::sentinel
