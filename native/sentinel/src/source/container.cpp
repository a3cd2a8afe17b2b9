#include "source/container.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "reading/decimal.hpp"
#include "reading/open_call.hpp"
#include "reading/program_kind.hpp"
#include "source/started_program.hpp"

namespace bulkhead::sentinel {
namespace {

/// Of /proc/PID/mountinfo: the bound of mounts, at lines of a usual length.
constexpr std::size_t kMaxMountText = std::size_t{4} << 20U;
constexpr std::size_t kMaxCopiedMountText = kMaxMountText / kMaxMounts * kMaxCopiedMounts;
constexpr std::size_t kMaxCgroupText = 16'384;

std::uint64_t mask_of(const ContainerRules& rules) noexcept {
  if (rules.only_learn()) return FAN_OPEN_EXEC;
  // Never both kinds in one group: the queue that questions need has no end, and who waits for no answer could fill it.
  const bool ask_of_programs = rules.ask_of_programs() || rules.learn_programs;
  return (ask_of_programs ? FAN_OPEN_EXEC_PERM : 0U) | (rules.ask_of_files() ? FAN_OPEN_PERM : 0U);
}

/// How the thread opens. It may have queued its question and not have come to rest.
OpenCall open_call_of(int proc, std::int32_t thread) noexcept {
  constexpr int kTries = 256;
  std::array<char, 256> text;
  for (int tries = 0; tries < kTries; ++tries) {
    const OpenCall call = parse_open_call(read_start(proc, ProcName(thread, "syscall").text.data(), text));
    if (call != OpenCall::kRunning) return call;
    ::sched_yield();
  }
  return OpenCall::kUnknown;
}

Access access_of(OpenCall call) noexcept {
  if (call == OpenCall::kReads) return kRead;
  return call == OpenCall::kWrites ? kWrite : kRead | kWrite;
}

std::int64_t now_ms() noexcept {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
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

bool Container::answer(std::vector<Event>& events) noexcept {
  alignas(fanotify_event_metadata) std::array<char, kAtOnce * sizeof(fanotify_event_metadata)> buffer;
  const auto begin = std::chrono::steady_clock::now();
  const ssize_t length = ::read(group_.get(), buffer.data(), at_once_ * sizeof(fanotify_event_metadata));
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) return false;
    counters_.errors.fetch_add(1, std::memory_order_relaxed);
    // Of what is only told, the kernel keeps nothing for another time.
    if (only_learns_) programs_->leave_out();
    return false;
  }
  const auto* metadata = reinterpret_cast<const fanotify_event_metadata*>(buffer.data());
  for (ssize_t left = length; FAN_EVENT_OK(metadata, left); metadata = FAN_EVENT_NEXT(metadata, left)) {
    if ((metadata->mask & FAN_Q_OVERFLOW) != 0) programs_->leave_out();
    if (metadata->fd < 0) continue;
    const UniqueFd file(metadata->fd);
    const Asked asked{file.get(), metadata->pid, (metadata->mask & (FAN_OPEN_EXEC_PERM | FAN_OPEN_EXEC)) != 0};
    if (only_learns_) {
      notice(asked);
      continue;
    }
    counters_.asked.fetch_add(1, std::memory_order_relaxed);
    std::optional<Start> start;
    const bool allowed = is_ending_ || may_happen(asked, events, start);
    const fanotify_response response{.fd = metadata->fd, .response = allowed ? std::uint32_t{FAN_ALLOW} : FAN_DENY};
    // Whoever was killed while it waited is not there any more.
    if (::write(group_.get(), &response, sizeof(response)) < 0 && errno != ENOENT) {
      counters_.errors.fetch_add(1, std::memory_order_relaxed);
    }
    // Nobody waits for that.
    if (start) count(*start);
  }
  at_once_ = std::chrono::steady_clock::now() - begin > kLongTurn ? 1 : kAtOnce;
  return true;
}

bool Container::is_own_cgroup(std::int32_t thread) noexcept {
  const std::string text = read_whole(machine_.proc(), ProcName(thread, "cgroup").text.data(), kMaxCgroupText);
  bool says_something = false;
  for (std::string_view lines = cgroup_; !lines.empty();) {
    std::string_view own = take_until(lines, '\n');
    const std::size_t at = own.find(":/");
    if (at == std::string_view::npos || own.substr(at + 1) == "/") continue;
    says_something = true;
    for (std::string_view others = text; !others.empty();) {
      const std::string_view other = take_until(others, '\n');
      if (other.starts_with(own.substr(0, at + 1)) && below(other.substr(at + 1), own.substr(at + 1))) return true;
    }
  }
  return !says_something;
}

std::optional<Container::Place> Container::place_of(std::int32_t thread) noexcept {
  PathBuffer buffer;
  const std::string_view mounts = read_link(machine_.proc(), ProcName(thread, "ns/mnt").text.data(), buffer);
  if (mounts == namespace_) return Place::kInside;
  if (mounts.empty()) return std::nullopt;
  if (machine_.owns_mounts(mounts)) return Place::kOutside;
  const std::string_view processes = read_link(machine_.proc(), ProcName(thread, "ns/pid").text.data(), buffer);
  // A runtime may have mounts of its own, too.
  if (machine_.owns_processes(processes) && !is_own_cgroup(thread)) return Place::kOutside;
  return Place::kInsideCopy;
}

MountTable Container::follow_copy(std::int32_t thread) noexcept {
  const std::string text = read_whole(machine_.proc(), ProcName(thread, "mountinfo").text.data(), kMaxCopiedMountText);
  MountTable table = parse_mounts(text, kMaxCopiedMounts);
  const UniqueFd root(::openat(machine_.proc(), ProcName(thread, "root").text.data(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.valid()) mark_mounts(group_.get(), root.get(), table, mounts_, {.add = mask_.load()});
  // It tells mounts as they are seen from the thread's root, which may be any folder.
  PathBuffer buffer;
  const std::string top(read_link(machine_.proc(), ProcName(thread, "root").text.data(), buffer));
  if (top == "/") return table;
  for (Mount& mount : table.mounts) mount.point = top + (mount.point == "/" ? std::string() : mount.point);
  return table;
}

Decision Container::judge_start(const Asked& asked, const ContainerRules& rules, const FileIdentity& identity,
                                const std::optional<FileName>& name, ProcessView& asker,
                                std::optional<Start>& start) noexcept {
  const PathText path(name ? std::string_view(name->path) : std::string_view());
  // A file that has no name any more is not the image's.
  StartedProgram program(layers_, name && identity.links > 0 ? &*name : nullptr, identity);
  program.path = path.view();
  const bool is_of_interest = !rules.process.empty() || rules.learn_programs;
  const ProgramKind kind = is_of_interest ? kind_of(asked.file) : ProgramKind::kOther;
  program.role = role_of(asked, kind);
  const Decision decision = judge_program(rules, program, asker);
  if (!(decision.denied && decision.enforced)) expect_loader(asked, kind);
  if (!rules.learn_programs || program.role == Program::Role::kLoader) return decision;
  const ProcessStatus& status = asker.status();
  start = Start{.identity = identity,
                .name = name,
                .may_be_image = program.role == Program::Role::kProgram,
                .user = status.process == 0 ? std::nullopt : std::optional(status.user),
                .verdict = verdict_of(decision)};
  return decision;
}

Program::Role Container::role_of(const Asked& asked, ProgramKind kind) noexcept {
  const bool follows = starting_.erase(asked.thread) > 0;
  if (kind != ProgramKind::kLoader) return Program::Role::kProgram;
  return follows ? Program::Role::kLoader : Program::Role::kLoaderAlone;
}

void Container::expect_loader(const Asked& asked, ProgramKind kind) noexcept {
  if (kind != ProgramKind::kWithLoader) return;
  if (starting_.size() >= kMaxStarting) starting_.clear();
  starting_.insert(asked.thread);
}

Decision Container::judge_open(const Asked& asked, const ContainerRules& rules, std::string_view path,
                               ProcessView& asker) noexcept {
  const PathText text(path);
  // Most files are nobody's concern: how they are opened need not be found out.
  if (!speak_of_file(rules, text.view())) return {};
  const OpenCall call = open_call_of(machine_.proc(), asked.thread);
  // The start of a program is asked about twice: as such, and as an open.
  return call == OpenCall::kStarts ? Decision{} : judge_file(rules, text.view(), access_of(call), asker);
}

bool Container::may_happen(const Asked& asked, std::vector<Event>& events, std::optional<Start>& start) noexcept {
  const std::shared_ptr<const ContainerRules> rules = current_rules();
  std::optional<Place> place = place_of(asked.thread);
  // Containers have no capability that this process has not.
  if (!place) place = is_own_cgroup(asked.thread) ? Place::kInside : Place::kOutside;
  if (place == Place::kOutside) return true;
  // What was mounted since is asked about before this one goes on.
  if (mounts_changed()) follow_mounts();
  const MountTable copy = place == Place::kInsideCopy ? follow_copy(asked.thread) : MountTable();

  const FileNames names(machine_.proc(), mounts_, current_, copy);
  FileIdentity identity;
  std::optional<FileName> name;
  if (identify(asked.file, "", identity)) name = names.name_of(asked.file, identity);
  if (!name) counters_.undecided.fetch_add(1, std::memory_order_relaxed);
  const std::string path = name ? name->path : std::string();

  ProcessView asker(machine_.proc(), asked.thread, names);
  const Decision decision = asked.starts ? judge_start(asked, *rules, identity, name, asker, start)
                                         : judge_open(asked, *rules, path, asker);
  if (!decision.denied) return true;
  (decision.enforced ? counters_.denied : counters_.alerted).fetch_add(1, std::memory_order_relaxed);
  tell(decision, path, asker, events);
  return !decision.enforced;
}

void Container::tell(const Decision& decision, const std::string& path, ProcessView& asker,
                     std::vector<Event>& events) noexcept {
  Event event{.container = id_,
              .of_file = decision.of_file,
              .blocked = decision.enforced,
              .policy = *decision.policy,
              .rule = decision.rule == nullptr ? std::string() : *decision.rule,
              .path = path,
              .access = decision.access,
              .executable = std::string(asker.told_executable()),
              .process = asker.status().process,
              .user = asker.status().user,
              .at_ms = now_ms()};
  if (repeats_ == nullptr) repeats_ = std::make_unique<RepeatFilter>();
  switch (repeats_->ask(event)) {
    case RepeatFilter::Answer::kTell:
      events.push_back(std::move(event));
      break;
    case RepeatFilter::Answer::kRepeated:
      counters_.repeated.fetch_add(1, std::memory_order_relaxed);
      break;
    case RepeatFilter::Answer::kTooMany:
      counters_.lost.fetch_add(1, std::memory_order_relaxed);
      ++lost_;
      break;
  }
}

}  // namespace bulkhead::sentinel
