#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bulkhead/unique_fd.hpp"
#include "rule/rules.hpp"
#include "source/allowance.hpp"
#include "source/container.hpp"
#include "source/counters.hpp"
#include "source/event.hpp"
#include "source/failure.hpp"
#include "source/file_table.hpp"
#include "source/machine.hpp"
#include "source/program_table.hpp"
#include "source/shared_total.hpp"

namespace bulkhead::sentinel {

/// What was counted in a container.
template <typename Thing>
struct ContainerCounts {
  std::string container;
  Counts<Thing> counted;
};

/// A thread that answers the kernel for any number of containers. It waits for nothing but the kernel, so that a process of a
/// container never waits longer than the answer takes.
class Watcher {
 public:
  /// Called by the thread that answers; the sink outlives the watcher.
  explicit Watcher(EventSink& sink) noexcept : sink_(sink) {}
  ~Watcher() { stop(); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  [[nodiscard]] Failure start() noexcept;

  /// These seven are for one thread at a time.
  [[nodiscard]] Failure watch(const std::string& id, std::int32_t pid, std::shared_ptr<const ContainerRules> rules) noexcept;
  [[nodiscard]] Failure set_rules(const std::string& id, std::shared_ptr<const ContainerRules> rules) noexcept;
  void remove(const std::string& id) noexcept;
  /// Counts what runs already in a container, by a process of each program. Of one that is not watched, nothing.
  void note_running(const std::string& id, std::span<const std::int32_t> processes) noexcept;
  /// Counts files that are open to be written in a container, by its processes. Of one that is not watched, nothing.
  void note_open(const std::string& id, std::span<const std::int32_t> processes) noexcept;
  /// What was run in containers that are learnt from since it was asked last; also in those that were removed since.
  [[nodiscard]] std::vector<ContainerCounts<RunProgram>> take_programs() noexcept;
  /// The same of what was written.
  [[nodiscard]] std::vector<ContainerCounts<WrittenFile>> take_files() noexcept;

  /// Lets everything happen, sends what is left to be told, and ends the thread. May be repeated.
  void stop() noexcept;

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t containers() const noexcept { return containers_.size(); }
  [[nodiscard]] std::uint64_t unwatched_mounts() const noexcept;

 private:
  /// Containers that were removed, of which not all may be taken. Of more, what the first ones ran and wrote is lost.
  static constexpr std::size_t kMaxRemoved = 1'024;

  using Shared = std::shared_ptr<Container>;
  using Clock = std::chrono::steady_clock;
  /// Tables of containers that were removed, by the container.
  template <typename Table>
  using Removed = std::deque<std::pair<std::string, std::shared_ptr<Table>>>;
  /// What the thread is to do with a container.
  enum class Task : std::uint8_t { kServe, kFollowMounts, kReleaseWrites, kRelease };
  struct Order {
    Task task;
    Shared container;
  };

  /// Puts another in a container's place, which has the kernel ask where it only told, or only tell where it asked.
  [[nodiscard]] Failure replace(Shared& container, const std::string& id,
                                std::shared_ptr<const ContainerRules> rules) noexcept;
  template <typename Thing, typename Table>
  [[nodiscard]] std::vector<ContainerCounts<Thing>> take(std::shared_ptr<Table> Learnt::* table,
                                                         Removed<Table>& removed) noexcept;
  void order(Task task, Shared container) noexcept;
  void run() noexcept;
  void take_orders() noexcept;
  void serve(Shared container) noexcept;
  void release(std::uint64_t number) noexcept;
  void release_writes(std::uint64_t number) noexcept;
  void handle(std::uint64_t token) noexcept;
  /// One turn of one that is only told what happens, so that no question waits longer than that.
  void take_notice(std::span<const epoll_event> ready) noexcept;
  /// The same of one that is told what is written, as long as that is not too much.
  void take_write(std::span<const epoll_event> ready) noexcept;
  void listen_to_writes(bool listens) noexcept;
  /// Closes those that have ended and of which nothing is left, or takes a turn of the first of them.
  void close_ended() noexcept;
  /// The same of groups that are told of what is written, where that alone has ended.
  void close_ended_writes() noexcept;
  [[nodiscard]] int wait_ms() const noexcept;
  void send() noexcept;

  EventSink& sink_;
  Machine machine_;
  Counters counters_;
  UniqueFd poll_;
  UniqueFd wake_;
  UniqueFd writes_;  ///< waits for all groups that are told of what is written
  std::thread thread_;
  SharedTotal counted_programs_{ProgramTable::kMostOfAll};
  FileTotals file_totals_;
  std::map<std::string, Shared> containers_;      ///< of the callers
  Removed<ProgramTable> removed_programs_;
  Removed<FileTable> removed_files_;

  std::mutex mutex_;
  std::vector<Order> orders_;
  bool stopping_ = false;

  // Of the thread alone.
  std::unordered_map<std::uint64_t, Shared> served_;
  std::uint64_t next_number_ = 1;
  std::size_t notice_turn_ = 0;
  Allowance writes_allowance_;
  bool listens_to_writes_ = true;
  using Ending = std::deque<std::pair<std::uint64_t, Clock::time_point>>;  ///< and when they are to be closed
  Ending ending_;
  Ending ending_writes_;
  std::vector<Event> events_;
  Clock::time_point waiting_since_;  ///< of the first event that was not sent
  std::uint64_t lost_ = 0;
};

}  // namespace bulkhead::sentinel
