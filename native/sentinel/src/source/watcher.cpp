#include "source/watcher.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <span>
#include <utility>

namespace bulkhead::sentinel {
namespace {

/// What is ready, in the low bits of a token; the container's number is above.
enum class Ready : std::uint64_t { kQuestion, kMounts, kEnded, kWake, kNotice, kWrites };
constexpr unsigned kReadyBits = 3;

/// More than are mostly ready at once: who is asked is seen before anybody has a turn who is only told.
constexpr std::size_t kReady = 256;

/// Events that are sent together, and how long the first of them waits for others.
constexpr std::size_t kBatch = 128;
constexpr int kBatchMs = 20;

/// What the kernel takes to forget the marks of a group. Who closes the group before waits for it, and is to answer others.
constexpr std::chrono::milliseconds kForgetting{20};

std::uint64_t token_of(std::uint64_t number, Ready ready) noexcept {
  return number << kReadyBits | static_cast<std::uint64_t>(ready);
}

Ready ready_of(std::uint64_t token) noexcept { return static_cast<Ready>(token & ((1U << kReadyBits) - 1)); }

bool add(int poll, int file, std::uint32_t events, std::uint64_t token) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  return ::epoll_ctl(poll, EPOLL_CTL_ADD, file, &event) == 0;
}

}  // namespace

Failure Watcher::start() noexcept {
  if (Failure failure = try_fanotify(); failure.failed()) return failure;
  if (Failure failure = machine_.open(); failure.failed()) return failure;
  poll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  writes_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!poll_.valid() || !wake_.valid() || !writes_.valid() ||
      !add(poll_.get(), wake_.get(), EPOLLIN, token_of(0, Ready::kWake)) ||
      !add(poll_.get(), writes_.get(), EPOLLIN, token_of(0, Ready::kWrites))) {
    return {FailureCode::kNoResources, std::string("nothing can be waited for: ") + std::strerror(errno)};
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

Failure Watcher::watch(const std::string& id, std::int32_t pid, std::shared_ptr<const ContainerRules> rules) noexcept {
  if (containers_.contains(id)) {
    return {FailureCode::kDuplicateContainer, "the container " + id + " is watched already: remove it first"};
  }
  Learnt learnt{std::make_shared<ProgramTable>(counted_programs_), std::make_shared<FileTable>(file_totals_)};
  auto container = std::make_shared<Container>(id, machine_, counters_, std::move(learnt));
  // From the first mark on, processes of the container wait for the thread, and this one must not wait for them.
  if (Failure failure = container->open(pid, std::move(rules)); failure.failed()) return failure;
  containers_.emplace(id, container);
  order(Task::kServe, std::move(container));
  return {};
}

Failure Watcher::set_rules(const std::string& id, std::shared_ptr<const ContainerRules> rules) noexcept {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return {FailureCode::kUnknownContainer, "no container " + id + " is watched"};
  if (!found->second->has_groups_for(*rules)) return replace(found->second, id, std::move(rules));
  const bool learnt_files = found->second->learns_files();
  if (Failure failure = found->second->set_rules(std::move(rules)); failure.failed()) return failure;
  if (learnt_files && !found->second->learns_files()) order(Task::kReleaseWrites, found->second);
  // The thread may have been marking new mounts by the old rules.
  order(Task::kFollowMounts, found->second);
  return {};
}

Failure Watcher::replace(Shared& container, const std::string& id,
                         std::shared_ptr<const ContainerRules> rules) noexcept {
  auto next = std::make_shared<Container>(id, machine_, counters_, container->learnt());
  if (Failure failure = next->open(container->pid(), std::move(rules)); failure.failed()) return failure;
  // Looked at afterwards: a process that still runs has had its number all the time.
  if (container->has_ended()) return {FailureCode::kContainerGone, "the container has ended: it is not held to rules any more"};
  order(Task::kServe, next);
  order(Task::kRelease, std::exchange(container, next));
  return {};
}

void Watcher::remove(const std::string& id) noexcept {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return;
  const auto keep = [&id](auto& removed, const auto& table) noexcept {
    removed.emplace_back(id, table);
    if (removed.size() > kMaxRemoved) removed.pop_front();
  };
  keep(removed_programs_, found->second->learnt().programs);
  keep(removed_files_, found->second->learnt().files);
  order(Task::kRelease, std::move(found->second));
  containers_.erase(found);
}

void Watcher::note_running(const std::string& id, std::span<const std::int32_t> processes) noexcept {
  const auto found = containers_.find(id);
  if (found != containers_.end()) found->second->note_running(processes);
}

void Watcher::note_open(const std::string& id, std::span<const std::int32_t> processes) noexcept {
  const auto found = containers_.find(id);
  if (found != containers_.end()) found->second->note_open(processes);
}

std::vector<ContainerCounts<RunProgram>> Watcher::take_programs() noexcept {
  return take<RunProgram>(&Learnt::programs, removed_programs_);
}

std::vector<ContainerCounts<WrittenFile>> Watcher::take_files() noexcept {
  return take<WrittenFile>(&Learnt::files, removed_files_);
}

template <typename Thing, typename Table>
std::vector<ContainerCounts<Thing>> Watcher::take(std::shared_ptr<Table> Learnt::* table,
                                                  Removed<Table>& removed) noexcept {
  std::vector<ContainerCounts<Thing>> taken;
  const auto take_from = [&taken](const std::string& id, Table& of_container) noexcept {
    Counts<Thing> counted = of_container.take();
    if (!counted.entries.empty() || counted.not_counted > 0) taken.push_back({id, std::move(counted)});
  };
  for (const auto& [id, container] : containers_) take_from(id, *(container->learnt().*table));
  for (auto left = removed.begin(); left != removed.end();) {
    // The thread lets a container go in its own time: until then something may be added.
    const bool is_last = left->second.use_count() == 1;
    take_from(left->first, *left->second);
    left = is_last ? removed.erase(left) : std::next(left);
  }
  return taken;
}

std::uint64_t Watcher::unwatched_mounts() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [id, container] : containers_) sum += container->unwatched_mounts();
  return sum;
}

void Watcher::stop() noexcept {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
  containers_.clear();
}

void Watcher::order(Task task, Shared container) noexcept {
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back({task, std::move(container)});
  }
  ::eventfd_write(wake_.get(), 1);
}

void Watcher::run() noexcept {
  std::array<epoll_event, kReady> ready;
  for (;;) {
    const bool none_waits = events_.empty() && lost_ == 0;
    const int count = ::epoll_wait(poll_.get(), ready.data(), static_cast<int>(ready.size()), wait_ms());
    const std::span tokens(ready.data(), static_cast<std::size_t>(std::max(count, 0)));
    const auto handle_those = [this, tokens](auto is_meant) noexcept {
      for (const epoll_event& event : tokens) {
        if (is_meant(ready_of(event.data.u64))) handle(event.data.u64);
      }
    };
    // Mounts that changed are asked about before whoever asks goes on; nobody waits for what is only noticed.
    handle_those([](Ready kind) { return kind != Ready::kQuestion && kind != Ready::kNotice && kind != Ready::kWrites; });
    handle_those([](Ready kind) { return kind == Ready::kQuestion; });
    take_notice(tokens);
    take_write(tokens);
    close_ended();
    close_ended_writes();
    if (none_waits) waiting_since_ = Clock::now();
    if (events_.size() >= kBatch || Clock::now() - waiting_since_ >= std::chrono::milliseconds(kBatchMs)) send();
    const std::lock_guard lock(mutex_);
    if (stopping_) break;
  }
  take_orders();
  // The kernel lets happen what still waits.
  for (auto& [number, container] : served_) container->begin_end();
  for (auto& [number, container] : served_) if (!container->only_learns()) container->close();
  for (auto& [number, container] : served_) container->close();
  served_.clear();
  send();
}

void Watcher::handle(std::uint64_t token) noexcept {
  const Ready ready = ready_of(token);
  const std::uint64_t number = token >> kReadyBits;
  if (ready == Ready::kWake) {
    eventfd_t count = 0;
    ::eventfd_read(wake_.get(), &count);
    take_orders();
    return;
  }
  const auto found = served_.find(number);
  if (found == served_.end()) return;
  if (ready == Ready::kEnded) return release(number);
  if (ready == Ready::kMounts) return found->second->follow_mounts();
  found->second->answer(events_);
  lost_ += found->second->take_lost();
}

void Watcher::take_notice(std::span<const epoll_event> ready) noexcept {
  const auto is_notice = [](const epoll_event& event) { return ready_of(event.data.u64) == Ready::kNotice; };
  const auto count = static_cast<std::size_t>(std::count_if(ready.begin(), ready.end(), is_notice));
  // The kernel may name them in the same order each time.
  std::size_t skipped = count == 0 ? 0 : notice_turn_++ % count;
  const auto chosen = std::find_if(ready.begin(), ready.end(), [&](const epoll_event& event) {
    return is_notice(event) && skipped-- == 0;
  });
  if (chosen != ready.end()) handle(chosen->data.u64);
}

void Watcher::take_write(std::span<const epoll_event> ready) noexcept {
  const auto is_write = [](const epoll_event& event) { return ready_of(event.data.u64) == Ready::kWrites; };
  if (std::any_of(ready.begin(), ready.end(), is_write)) {
    const Clock::time_point begin = Clock::now();
    epoll_event first{};
    // Those that are ready take turns.
    const int count = ::epoll_wait(writes_.get(), &first, 1, 0);
    const auto found = count > 0 ? served_.find(first.data.u64) : served_.end();
    if (found != served_.end()) found->second->take_writes();
    const Clock::time_point end = Clock::now();
    writes_allowance_.spend(end - begin, end);
  }
  listen_to_writes(writes_allowance_.next() <= Clock::now());
}

void Watcher::listen_to_writes(bool listens) noexcept {
  if (listens == listens_to_writes_) return;
  epoll_event event{};
  event.events = listens ? EPOLLIN : 0U;
  event.data.u64 = token_of(0, Ready::kWrites);
  ::epoll_ctl(poll_.get(), EPOLL_CTL_MOD, writes_.get(), &event);
  listens_to_writes_ = listens;
}

void Watcher::close_ended() noexcept {
  while (!ending_.empty() && ending_.front().second <= Clock::now()) {
    const auto found = served_.find(ending_.front().first);
    if (found->second->take_rest()) return;
    found->second->close();  // which takes it out of the set that is waited for
    served_.erase(found);
    ending_.pop_front();
  }
}

void Watcher::close_ended_writes() noexcept {
  while (!ending_writes_.empty() && ending_writes_.front().second <= Clock::now()) {
    const auto found = served_.find(ending_writes_.front().first);
    if (found != served_.end() && !found->second->is_ending()) {
      if (found->second->take_rest_of_writes()) return;
      found->second->close_writes();
    }
    ending_writes_.pop_front();
  }
}

int Watcher::wait_ms() const noexcept {
  const Clock::time_point now = Clock::now();
  int wait = events_.empty() && lost_ == 0 ? -1 : kBatchMs;
  const auto until = [&wait, now](Clock::time_point due) noexcept {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    const int most = std::max(static_cast<int>(left.count()), 0);
    wait = wait < 0 ? most : std::min(wait, most);
  };
  if (!ending_.empty()) until(ending_.front().second);
  if (!ending_writes_.empty()) until(ending_writes_.front().second);
  if (!listens_to_writes_) until(writes_allowance_.next());
  return wait;
}

void Watcher::take_orders() noexcept {
  std::vector<Order> orders;
  {
    const std::lock_guard lock(mutex_);
    orders.swap(orders_);
  }
  for (Order& given : orders) {
    if (given.task == Task::kServe) {
      serve(std::move(given.container));
      continue;
    }
    const auto found = std::find_if(served_.begin(), served_.end(),
                                    [&given](const auto& entry) { return entry.second == given.container; });
    if (found == served_.end()) continue;
    if (given.task == Task::kRelease) release(found->first);
    if (given.task == Task::kReleaseWrites) release_writes(found->first);
    if (given.task == Task::kFollowMounts) found->second->follow_mounts();
  }
}

void Watcher::serve(Shared container) noexcept {
  const std::uint64_t number = next_number_++;
  const Ready by_group = container->only_learns() ? Ready::kNotice : Ready::kQuestion;
  const bool added = add(poll_.get(), container->group(), EPOLLIN, token_of(number, by_group)) &&
                     add(poll_.get(), container->mount_changes(), EPOLLPRI, token_of(number, Ready::kMounts)) &&
                     add(poll_.get(), container->process(), EPOLLIN, token_of(number, Ready::kEnded)) &&
                     (container->write_group() < 0 || add(writes_.get(), container->write_group(), EPOLLIN, number));
  served_.emplace(number, std::move(container));
  if (added) return;
  // Better unwatched than waiting for ever.
  counters_.errors.fetch_add(1, std::memory_order_relaxed);
  release(number);
}

void Watcher::release(std::uint64_t number) noexcept {
  Container& container = *served_.find(number)->second;
  if (container.is_ending()) return;
  container.begin_end();
  ending_.emplace_back(number, Clock::now() + kForgetting);
}

void Watcher::release_writes(std::uint64_t number) noexcept {
  Container& container = *served_.find(number)->second;
  if (container.is_ending()) return;
  container.begin_end_of_writes();
  ending_writes_.emplace_back(number, Clock::now() + kForgetting);
}

void Watcher::send() noexcept {
  if (events_.empty() && lost_ == 0) return;
  const std::uint64_t count = events_.size();
  if (sink_.on_events(std::exchange(events_, {}), lost_)) {
    lost_ = 0;
    return;
  }
  lost_ += count;
  counters_.lost.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace bulkhead::sentinel
