#include <fcntl.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "reading/decimal.hpp"
#include "reading/open_call.hpp"
#include "reading/program_kind.hpp"
#include "source/container.hpp"
#include "source/started_program.hpp"

/// What the kernel asks about a container, and what is answered.
namespace bulkhead::sentinel {
namespace {

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

bool Container::answer(std::vector<Event>& events) noexcept {
  alignas(fanotify_event_metadata) std::array<char, kAtOnce * sizeof(fanotify_event_metadata)> buffer;
  const auto begin = std::chrono::steady_clock::now();
  const ssize_t length = ::read(group_.get(), buffer.data(), at_once_ * sizeof(fanotify_event_metadata));
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) return false;
    counters_.errors.fetch_add(1, std::memory_order_relaxed);
    // Of what is only told, the kernel keeps nothing for another time.
    if (only_learns_) learnt_.programs->leave_out();
    return false;
  }
  const auto* metadata = reinterpret_cast<const fanotify_event_metadata*>(buffer.data());
  for (ssize_t left = length; FAN_EVENT_OK(metadata, left); metadata = FAN_EVENT_NEXT(metadata, left)) {
    if ((metadata->mask & FAN_Q_OVERFLOW) != 0) learnt_.programs->leave_out();
    if (metadata->fd < 0) continue;
    const UniqueFd file(metadata->fd);
    const Asked asked{file.get(), metadata->pid, (metadata->mask & (FAN_OPEN_EXEC_PERM | FAN_OPEN_EXEC)) != 0};
    if (only_learns_) {
      notice(asked);
      continue;
    }
    counters_.asked.fetch_add(1, std::memory_order_relaxed);
    Seen seen;
    const bool allowed = is_ending_ || may_happen(asked, events, seen);
    const fanotify_response response{.fd = metadata->fd, .response = allowed ? std::uint32_t{FAN_ALLOW} : FAN_DENY};
    // Whoever was killed while it waited is not there any more.
    if (::write(group_.get(), &response, sizeof(response)) < 0 && errno != ENOENT) {
      counters_.errors.fetch_add(1, std::memory_order_relaxed);
    }
    // Nobody waits for that.
    if (seen.start) count(*seen.start);
    if (seen.written) learnt_.files->add(std::move(*seen.written));
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
                                const std::optional<FileName>& name, ProcessView& asker, Seen& seen) noexcept {
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
  seen.start = Start{.identity = identity,
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

Decision Container::judge_open(const Asked& asked, const ContainerRules& rules, const FileIdentity& identity,
                               std::string_view path, ProcessView& asker, Seen& seen) noexcept {
  const PathText text(path);
  // Most files are nobody's concern: how they are opened need not be found out. What is written of them is told afterwards.
  if (!speak_of_file(rules, text.view())) return {};
  const OpenCall call = open_call_of(machine_.proc(), asked.thread);
  // The start of a program is asked about twice: as such, and as an open.
  if (call == OpenCall::kStarts) return {};
  const Decision decision = judge_file(rules, text.view(), access_of(call), asker);
  // Who hides how it opens is most likely to read. Where that was denied because it might write, it is told.
  const bool writes = call == OpenCall::kUnknown ? decision.denied && decision.access == kWrite : call != OpenCall::kReads;
  if (rules.learn_files && writes && S_ISREG(identity.mode)) {
    seen.written = WrittenFile{.path = std::string(path),
                               .executable = std::string(asker.told_executable()),
                               .verdict = verdict_of(decision)};
  }
  return decision;
}

bool Container::may_happen(const Asked& asked, std::vector<Event>& events, Seen& seen) noexcept {
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
  const Decision decision = asked.starts ? judge_start(asked, *rules, identity, name, asker, seen)
                                         : judge_open(asked, *rules, identity, path, asker, seen);
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
