#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "source/container.hpp"
#include "source/started_program.hpp"

/// What a container runs: the part of it that decides nothing.
namespace bulkhead::sentinel {
namespace {

/// Who has started a program that runs: it has that one's user, and was started by its parent.
class Starter final : public Asker {
 public:
  Starter(ProcessView& parent, std::uint32_t user) noexcept : parent_(parent), user_(user) {}

  [[nodiscard]] std::u16string_view executable() noexcept override { return parent_.executable(); }
  [[nodiscard]] std::uint32_t user() noexcept override { return user_; }

 private:
  ProcessView& parent_;
  std::uint32_t user_;
};

}  // namespace

std::optional<Container::Whereabouts> Container::find(std::int32_t thread) noexcept {
  // It goes on meanwhile, and may have ended: then nothing but the file is left to say whose it was. Its number may be another's
  // already, whose mounts are not to be asked about.
  const std::optional<Place> place = place_of(thread);
  if (place == Place::kOutside) return std::nullopt;
  const bool is_there = place == Place::kInside || (place && is_own_cgroup(thread));
  if (mounts_changed()) follow_mounts();
  return Whereabouts{is_there, is_there && place == Place::kInsideCopy ? follow_copy(thread) : MountTable()};
}

void Container::notice(const Asked& asked) noexcept {
  const std::optional<Whereabouts> found = find(asked.thread);
  if (!found) return;

  const ProgramKind kind = kind_of(asked.file);
  const Program::Role role = role_of(asked, kind);
  expect_loader(asked, kind);
  if (role == Program::Role::kLoader) return;
  const FileNames names(machine_.proc(), mounts_, current_, found->copy);
  Start start;
  start.may_be_image = role == Program::Role::kProgram;
  if (identify(asked.file, "", start.identity)) start.name = names.name_of(asked.file, start.identity);
  ProcessView process(machine_.proc(), asked.thread, names);
  // A program may have taken on another user as it started, or since: the real one is most likely whose it is.
  if (found->is_there && process.status().process != 0) start.user = process.status().real_user;
  count(start);
}

bool Container::take_rest() noexcept {
  std::vector<Event> none;
  const auto [runs, writes] = std::pair(at_once_, writes_at_once_);
  const bool any_run = only_learns_ && answer(none);
  const bool any_written = take_writes();
  if (!any_run && !any_written) return false;
  if (spend_rest((any_run ? runs : 0) + (any_written ? writes : 0))) return true;
  if (any_run) learnt_.programs->leave_out();
  if (any_written) learnt_.files->leave_out();
  return false;
}

bool Container::take_rest_of_writes() noexcept {
  const std::size_t writes = writes_at_once_;
  return take_writes() && spend_rest(writes);
}

bool Container::spend_rest(std::size_t taken) noexcept {
  rest_ -= std::min(rest_, taken);
  return rest_ > 0;
}

void Container::count(const Start& start) noexcept {
  const auto& [identity, name, may_be_image, user, verdict] = start;
  std::optional<bool> from_image;
  if (layers_.known()) {
    from_image = may_be_image && name && name->in_root && identity.links > 0 && layers_.hold(name->path, identity.inode);
  }
  learnt_.programs->add({name ? name->path : std::string(), user, from_image, verdict});
}

void Container::note_running(std::span<const std::int32_t> processes) noexcept {
  const std::shared_ptr<const ContainerRules> rules = current_rules();
  if (!rules->learn_programs) return;
  MountTable table;
  {
    const std::lock_guard lock(open_);
    table = read_mounts();
  }
  const MountTable none;
  const FileNames names(machine_.proc(), mounts_, table, none);
  for (const std::int32_t process : processes) {
    PathBuffer buffer;
    // It was found a while ago: its number may be that of a process somewhere else by now.
    if (read_link(machine_.proc(), ProcName(process, "ns/mnt").text.data(), buffer) != namespace_) continue;
    ProcessView view(machine_.proc(), process, names);
    const ProcessStatus status = view.status();
    const ProcName link(process, "exe");
    const std::string_view text = read_link(machine_.proc(), link.text.data(), buffer);
    // One that has ended, or is a thread of the kernel.
    if (status.process == 0 || text.empty()) continue;
    Start start;
    start.name = names.name_of_link(link.text.data(), text);
    start.user = status.user;
    const UniqueFd file(start.name && start.name->in_root
                            ? ::openat(machine_.proc(), link.text.data(), O_PATH | O_CLOEXEC)
                            : -1);
    start.may_be_image = file.valid() && identify(file.get(), "", start.identity);

    ProcessView parent(machine_.proc(), status.parent, names);
    Starter starter(parent, status.user);
    const PathText path(start.name ? std::string_view(start.name->path) : std::string_view());
    StartedProgram program(layers_, start.may_be_image && start.identity.links > 0 ? &*start.name : nullptr, start.identity);
    program.path = path.view();
    start.verdict = verdict_of(judge_program(*rules, program, starter));
    count(start);
  }
}

}  // namespace bulkhead::sentinel
