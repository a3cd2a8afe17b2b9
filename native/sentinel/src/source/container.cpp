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
#include <vector>

namespace bulkhead::sentinel {
namespace {

std::uint64_t mask_of(const ContainerRules& rules) noexcept {
  if (rules.only_learn()) return rules.learn_programs ? FAN_OPEN_EXEC : 0U;
  // Never both kinds in one group: the queue that questions need has no end, and who waits for no answer could fill it.
  const bool ask_of_programs = rules.ask_of_programs() || rules.learn_programs;
  return (ask_of_programs ? FAN_OPEN_EXEC_PERM : 0U) | (rules.ask_of_files() ? FAN_OPEN_PERM : 0U);
}

/// Of the group that is told of what was written. What rules speak of is seen as it is opened.
std::uint64_t write_mask_of(const ContainerRules& rules) noexcept {
  return rules.learn_files && !rules.speak_of_all_files() ? FAN_CLOSE_WRITE : 0U;
}

/// Whether devices are there, and hardly any files. The kernel opens what it tells of: a watchdog, a terminal or what one process
/// alone may open would notice, for nothing.
bool holds_devices(const Mount& mount) noexcept {
  return mount.point == "/dev" || mount.type == "devtmpfs" || mount.type == "devpts";
}

void forget_marks(int group) noexcept {
  for (const unsigned kind : {FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM}) {
    ::fanotify_mark(group, FAN_MARK_FLUSH | kind, 0, AT_FDCWD, "/");
  }
}

/// What changes with other rules.
Marks change(std::uint64_t before, std::uint64_t after) noexcept {
  return {.add = after & ~before, .remove = before & ~after};
}

}  // namespace

Failure Container::open(std::int32_t pid, std::shared_ptr<const ContainerRules> rules) noexcept {
  pid_ = pid;
  only_learns_ = rules->only_learn();
  learns_files_ = rules->learn_files;
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
  // One of its own: who writes very much would leave no room in the queue for what is run.
  if (group_.valid() && learns_files_) write_group_ = open_notice_group();
  if (!group_.valid() || write_group_.valid() != learns_files_) {
    Failure failure = try_fanotify();
    return failure.failed() ? failure : Failure{FailureCode::kNoResources, "no fanotify group can be had: try again"};
  }
  const Marks marks{.add = mask_of(*rules)};
  const Marks write_marks{.add = write_mask_of(*rules)};
  mask_.store(marks.add);
  write_mask_.store(write_marks.add);
  rules_ = std::move(rules);
  if (!mark_root(group_.get(), root.get(), mounts_, marks, Reach::kEverywhere) || !mark_writes(root.get(), write_marks)) {
    return {FailureCode::kUnsupported, "the kernel does not ask about the file system " + root_mount->type +
                                           " of the container's root (" + std::strerror(errno) + "): leave it unwatched"};
  }
  mark_own(current_, marks);
  return {};
}

Failure Container::set_rules(std::shared_ptr<const ContainerRules> rules) noexcept {
  if (rules->need_image() && !layers_.known()) return image_failure();
  const std::lock_guard lock(open_);
  const std::uint64_t after = mask_of(*rules);
  const std::uint64_t writes_after = write_mask_of(*rules);
  const bool learns = rules->learn_files;
  {
    const std::lock_guard swap(rules_swap_);
    rules_.swap(rules);
  }
  const std::uint64_t before = mask_.exchange(after);
  const std::uint64_t writes_before = write_mask_.exchange(writes_after);
  const Marks marks = change(before, after);
  // A group that is let go is let go whole.
  const Marks write_marks = learns_files_ && !learns ? Marks{} : change(writes_before, writes_after);
  if (marks.any() || write_marks.any()) {
    const UniqueFd root(::openat(folder_.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root.valid() || !mark_root(group_.get(), root.get(), mounts_, marks, Reach::kEverywhere) ||
        !mark_writes(root.get(), write_marks)) {
      // Whoever tries again is to change the same once more.
      mask_.store(before);
      write_mask_.store(writes_before);
      const std::lock_guard swap(rules_swap_);
      rules_.swap(rules);
      return {FailureCode::kContainerGone, "the container has ended: it is not held to rules any more"};
    }
    mark_own(read_mounts(), marks);
  }
  learns_files_ = learns;
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

bool Container::mark_writes(int root, Marks marks) noexcept {
  if (!marks.any()) return true;
  if (!mark_root(write_group_.get(), root, mounts_, marks, Reach::kInPlace)) return false;
  MountTable table = mounts_.table();
  std::erase_if(table.mounts, holds_devices);
  mark_mounts(write_group_.get(), root, table, mounts_, marks);
  return true;
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
  // So that no mount is asked about anew.
  mask_.store(0);
  write_mask_.store(0);
  forget_marks(group_.get());
  forget_marks(write_group_.get());
  process_.reset();
  mount_changes_.reset();
}

void Container::close() noexcept {
  const std::lock_guard lock(open_);
  group_.reset();
  write_group_.reset();
  process_.reset();
  mount_changes_.reset();
  folder_.reset();
}

void Container::begin_end_of_writes() noexcept {
  const std::lock_guard lock(open_);
  forget_marks(write_group_.get());
}

void Container::close_writes() noexcept {
  const std::lock_guard lock(open_);
  write_group_.reset();
  rest_ = kMaxRest;
  // What is written from now on is in no line.
  learnt_.files->leave_out();
}

}  // namespace bulkhead::sentinel
