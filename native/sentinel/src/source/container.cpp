#include "source/container.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace bulkhead::sentinel {
namespace {

std::uint64_t mask_of(const ContainerRules& rules) noexcept {
  if (rules.only_learn()) return FAN_OPEN_EXEC;
  // Never both kinds in one group: the queue that questions need has no end, and who waits for no answer could fill it.
  const bool ask_of_programs = rules.ask_of_programs() || rules.learn_programs;
  return (ask_of_programs ? FAN_OPEN_EXEC_PERM : 0U) | (rules.ask_of_files() ? FAN_OPEN_PERM : 0U);
}

}  // namespace

Failure Container::open(std::int32_t pid, std::shared_ptr<const ContainerRules> rules) noexcept {
  pid_ = pid;
  only_learns_ = rules->only_learn();
  const std::string process = "the process " + std::to_string(pid);
  folder_.reset(::openat(machine_.proc(), std::to_string(pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  mount_changes_.reset(::openat(folder_.get(), "mountinfo", O_RDONLY | O_CLOEXEC));
  PathBuffer buffer;
  namespace_ = read_link(folder_.get(), "ns/mnt", buffer);
  const std::string root_name(read_link(folder_.get(), "root", buffer));
  const UniqueFd root(::openat(folder_.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  FileIdentity identity;
  if (!folder_.valid() || !process_.valid() || !mount_changes_.valid() || namespace_.empty() || !root.valid() ||
      !identify(root.get(), "", identity)) {
    return {FailureCode::kContainerGone, process + " is gone or cannot be looked at: name one of a container that runs"};
  }
  if (machine_.owns_mounts(namespace_) || root_name != "/") {
    return {FailureCode::kNotAContainer, process + " has no root of its own: name one of a container"};
  }
  cgroup_ = read_whole(folder_.get(), "cgroup", kMaxCgroupText);
  static_cast<void>(mounts_changed());  // from here on they are noticed
  current_ = read_mounts();
  const Mount* root_mount = current_.find(identity.mount);
  if (root_mount == nullptr) {
    return {FailureCode::kNotAContainer, process + " has a root that is none of its mounts: name one of a container"};
  }
  mounts_ = ContainerMounts(current_, *root_mount);
  layers_problem_ = mounts_.owns_root() ? layers_.open(root_mount->options, open_runtime().get())
                                        : "its root is no overlay of image layers";
  if (rules->need_image() && !layers_.known()) return image_failure();

  group_ = only_learns_ ? open_notice_group() : open_group();
  if (!group_.valid()) {
    Failure failure = try_fanotify();
    return failure.failed() ? failure : Failure{FailureCode::kNoResources, "no fanotify group can be had: try again"};
  }
  const std::uint64_t mask = mask_of(*rules);
  mask_.store(mask);
  rules_ = std::move(rules);
  if (!mark_root(group_.get(), root.get(), mounts_, {.add = mask})) {
    return {FailureCode::kUnsupported, "the kernel does not ask about the file system " + root_mount->type +
                                           " of the container's root (" + std::strerror(errno) + "): leave it unwatched"};
  }
  mark_own(current_, {.add = mask});
  return {};
}

Failure Container::set_rules(std::shared_ptr<const ContainerRules> rules) noexcept {
  if (rules->need_image() && !layers_.known()) return image_failure();
  const std::lock_guard lock(open_);
  const std::uint64_t after = mask_of(*rules);
  {
    const std::lock_guard swap(rules_swap_);
    rules_ = std::move(rules);
  }
  const std::uint64_t before = mask_.exchange(after);
  const Marks marks{.add = after & ~before, .remove = before & ~after};
  if (marks.add == 0 && marks.remove == 0) return {};
  const UniqueFd root(::openat(folder_.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid() || !mark_root(group_.get(), root.get(), mounts_, marks)) {
    return {FailureCode::kContainerGone, "the container has ended: it is not held to rules any more"};
  }
  mark_own(read_mounts(), marks);
  return {};
}

UniqueFd Container::open_runtime() const noexcept {
  std::array<char, kMaxStatusText> text;
  const auto status = parse_status(read_start(folder_.get(), "status", text));
  if (!status || status->parent == 0) return {};
  UniqueFd folder(::openat(machine_.proc(), std::to_string(status->parent).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  PathBuffer buffer;
  if (!machine_.owns_processes(read_link(folder.get(), "ns/pid", buffer))) return {};
  const std::string_view mounts = read_link(folder.get(), "ns/mnt", buffer);
  return mounts.empty() || mounts == namespace_ ? UniqueFd() : std::move(folder);
}

Failure Container::image_failure() const {
  return {FailureCode::kImageUnknown,
          "what is of the image cannot be told: " + layers_problem_ + "; leave out onlyFromImage, or use overlayfs"};
}

std::shared_ptr<const ContainerRules> Container::current_rules() noexcept {
  const std::lock_guard lock(rules_swap_);
  return rules_;
}

MountTable Container::read_mounts() const noexcept {
  return parse_mounts(read_whole(folder_.get(), "mountinfo", kMaxMountText), kMaxMounts);
}

void Container::mark_own(const MountTable& table, Marks marks) noexcept {
  const UniqueFd root(::openat(folder_.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) return;
  unwatched_.store(mark_mounts(group_.get(), root.get(), table, mounts_, marks), std::memory_order_relaxed);
}

bool Container::mounts_changed() noexcept {
  pollfd changes{.fd = mount_changes_.get(), .events = POLLPRI, .revents = 0};
  return ::poll(&changes, 1, 0) > 0 && (changes.revents & POLLPRI) != 0;
}

void Container::follow_mounts() noexcept {
  MountTable table = read_mounts();
  // Nothing can be read once the process has ended; others of the container may still ask.
  if (table.mounts.empty()) return;
  current_ = std::move(table);
  mark_own(current_, {.add = mask_.load()});
}

bool Container::has_ended() noexcept {
  const std::lock_guard lock(open_);
  if (!process_.valid()) return true;
  pollfd end{.fd = process_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&end, 1, 0) != 0;
}

void Container::begin_end() noexcept {
  is_ending_ = true;
  const std::lock_guard lock(open_);
  mask_.store(0);  // so that no mount is asked about anew
  for (const unsigned kind : {FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM}) {
    ::fanotify_mark(group_.get(), FAN_MARK_FLUSH | kind, 0, AT_FDCWD, "/");
  }
  process_.reset();
  mount_changes_.reset();
}

void Container::close() noexcept {
  const std::lock_guard lock(open_);
  group_.reset();
  process_.reset();
  mount_changes_.reset();
  folder_.reset();
}

}  // namespace bulkhead::sentinel
