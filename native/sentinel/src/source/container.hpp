#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bulkhead/unique_fd.hpp"
#include "reading/mount_table.hpp"
#include "reading/program_kind.hpp"
#include "rule/judge.hpp"
#include "source/container_mounts.hpp"
#include "source/counters.hpp"
#include "source/event.hpp"
#include "source/failure.hpp"
#include "source/file_names.hpp"
#include "source/file_table.hpp"
#include "source/image_layers.hpp"
#include "source/machine.hpp"
#include "source/process_view.hpp"
#include "source/program_table.hpp"
#include "source/repeat_filter.hpp"
#include "source/verdict.hpp"

namespace bulkhead::sentinel {

/// What is counted of a container that is learnt from, whichever group tells it.
struct Learnt {
  std::shared_ptr<ProgramTable> programs;
  std::shared_ptr<FileTable> files;
};

/// One container and its fanotify groups: whatever comes from them is about this container.
///
/// `open`, `set_rules` and what follows them may be called by any thread, the rest by the one that answers. That one never opens a
/// file of the container, which would wait for itself: it looks at links and at the descriptors that come with the questions.
class Container {
 public:
  Container(std::string id, const Machine& machine, Counters& counters, Learnt learnt) noexcept
      : id_(std::move(id)), machine_(machine), counters_(counters), learnt_(std::move(learnt)) {}

  /// Begins to ask the kernel. Once this has succeeded, processes wait until `answer` is called; not those of a container that
  /// is only learnt from.
  [[nodiscard]] Failure open(std::int32_t pid, std::shared_ptr<const ContainerRules> rules) noexcept;
  /// For rules that need no group that it has not (`has_groups_for`).
  [[nodiscard]] Failure set_rules(std::shared_ptr<const ContainerRules> rules) noexcept;
  /// Counts programs of the container that run already, by a process of each.
  void note_running(std::span<const std::int32_t> processes) noexcept;
  /// Counts files that processes of the container have open to be written: they are told of when they are closed, which may be never.
  void note_open(std::span<const std::int32_t> processes) noexcept;

  /// Whether its group is told of what happens, and is asked nothing.
  [[nodiscard]] bool only_learns() const noexcept { return only_learns_; }
  [[nodiscard]] bool has_groups_for(const ContainerRules& rules) const noexcept {
    return only_learns_ == rules.only_learn() && (learns_files_ || !rules.learn_files);
  }
  /// Whether what is written is learnt by the rules that it has.
  [[nodiscard]] bool learns_files() const noexcept { return learns_files_; }
  [[nodiscard]] std::int32_t pid() const noexcept { return pid_; }
  /// Whether the process that it was named by has ended, so that its number may be another's.
  [[nodiscard]] bool has_ended() noexcept;
  [[nodiscard]] const Learnt& learnt() const noexcept { return learnt_; }

  [[nodiscard]] int group() const noexcept { return group_.get(); }
  /// Told of files that were written; none where they are not learnt.
  [[nodiscard]] int write_group() const noexcept { return write_group_.get(); }
  /// Readable once the process that the container was named by has ended.
  [[nodiscard]] int process() const noexcept { return process_.get(); }
  /// Has an exceptional condition when the container's mounts changed.
  [[nodiscard]] int mount_changes() const noexcept { return mount_changes_.get(); }

  /// Answers some of the questions that wait, or takes in what happened, and appends what is to be told of them. False where there
  /// was nothing.
  bool answer(std::vector<Event>& events) noexcept;
  /// Takes in some of what was written. False where there was nothing.
  bool take_writes() noexcept;
  /// Events that were too many to be told, since it was asked last.
  [[nodiscard]] std::uint64_t take_lost() noexcept { return std::exchange(lost_, 0); }
  /// Asks about mounts that came since.
  void follow_mounts() noexcept;
  /// What happens from now on is no concern. What waits is still to be answered, with yes, and what has happened to be taken in.
  /// The kernel takes a while to forget what it was to tell; who closes at once waits for that.
  void begin_end() noexcept;
  [[nodiscard]] bool is_ending() const noexcept { return is_ending_; }
  /// Takes in some of what has happened. False where that was all, or all that others can wait for; then it is to be closed.
  bool take_rest() noexcept;
  /// Lets everything happen: the kernel answers all that waits with yes.
  void close() noexcept;
  /// The same three of the group alone that is told of what was written, which others are to have.
  void begin_end_of_writes() noexcept;
  bool take_rest_of_writes() noexcept;
  void close_writes() noexcept;

  [[nodiscard]] std::uint64_t unwatched_mounts() const noexcept { return unwatched_.load(std::memory_order_relaxed); }

 private:
  /// Questions that are answered in one turn: each has a descriptor that is open meanwhile, and other containers wait.
  static constexpr std::size_t kAtOnce = 16;
  /// Of a container that makes its questions dear, as by mounts without number, the next turn is one question.
  static constexpr std::chrono::milliseconds kLongTurn{1};

  /// What is taken in of all that happened before a container's end: its groups are wanted for others.
  static constexpr std::size_t kMaxRest = 64 * kAtOnce;
  /// Of /proc/PID/cgroup.
  static constexpr std::size_t kMaxCgroupText = 16'384;

  /// Devices and pipes that are written to. The kernel keeps each as long as it is not to tell of it.
  static constexpr std::size_t kMaxIgnored = 256;
  /// Descriptors that are looked at, of all processes together: the caller does nothing else meanwhile.
  static constexpr std::size_t kMaxDescriptors = 1'024;

  /// Threads between the open of a program and that of its loader; only starts that fail in between leave one behind.
  static constexpr std::size_t kMaxStarting = 16'384;

  struct Asked {
    int file;
    std::int32_t thread;
    bool starts;
  };

  /// Where a thread stands.
  enum class Place : std::uint8_t {
    kOutside,     ///< a program of the machine
    kInside,      ///< in the container's mounts
    kInsideCopy,  ///< in mounts of its own, most likely a copy of the container's
  };

  /// What is known of a program that was started, by what it is to be counted.
  struct Start {
    FileIdentity identity;
    std::optional<FileName> name;
    bool may_be_image = false;
    std::optional<std::uint32_t> user;
    Verdict verdict = Verdict::kAllow;
  };

  /// What is to be counted of a question, once it is answered.
  struct Seen {
    std::optional<Start> start;
    std::optional<WrittenFile> written;
  };

  [[nodiscard]] bool may_happen(const Asked& asked, std::vector<Event>& events, Seen& seen) noexcept;
  /// Counts a program that has been started already.
  void notice(const Asked& asked) noexcept;
  void notice_write(const Asked& asked) noexcept;
  /// Counts down what is still taken in before an end. False where no more is.
  bool spend_rest(std::size_t taken) noexcept;
  void count(const Start& start) noexcept;
  /// Has the kernel tell no more of what is written to a device or pipe: nothing is learnt from that, and it may be much.
  void ignore_writes(int file) noexcept;
  /// Whether a file is started as a program, as the loader of one that its thread has just started, or as a loader alone.
  [[nodiscard]] Program::Role role_of(const Asked& asked, ProgramKind kind) noexcept;
  /// Expects the loader of a program that is about to start.
  void expect_loader(const Asked& asked, ProgramKind kind) noexcept;
  /// Nothing where the thread does not say: it has ended, or has a capability that this process has not.
  [[nodiscard]] std::optional<Place> place_of(std::int32_t thread) noexcept;
  [[nodiscard]] bool is_own_cgroup(std::int32_t thread) noexcept;
  /// Asks about the mounts of a thread's own namespace, which have no marks, and gives them. Each time: that one was taken away
  /// and another put in its place cannot be seen.
  [[nodiscard]] MountTable follow_copy(std::int32_t thread) noexcept;
  /// Where a thread stands that waits for nobody, and may have ended. Nothing where what it did is not the container's.
  struct Whereabouts {
    bool is_there = false;  ///< so that it can be asked who it is
    MountTable copy;
  };
  [[nodiscard]] std::optional<Whereabouts> find(std::int32_t thread) noexcept;
  [[nodiscard]] Decision judge_start(const Asked& asked, const ContainerRules& rules, const FileIdentity& identity,
                                     const std::optional<FileName>& name, ProcessView& asker, Seen& seen) noexcept;
  [[nodiscard]] Decision judge_open(const Asked& asked, const ContainerRules& rules, const FileIdentity& identity,
                                    std::string_view path, ProcessView& asker, Seen& seen) noexcept;
  void tell(const Decision& decision, const std::string& path, ProcessView& asker, std::vector<Event>& events) noexcept;
  [[nodiscard]] std::shared_ptr<const ContainerRules> current_rules() noexcept;
  [[nodiscard]] MountTable read_mounts() const noexcept;
  /// Whether the mounts changed since it was asked last.
  [[nodiscard]] bool mounts_changed() noexcept;
  void mark_own(const MountTable& table, Marks marks) noexcept;
  /// On the mounts that there were when the watch began: what waits to be read holds a mount, and whoever unmounts one that it has
  /// mounted itself would find it busy.
  [[nodiscard]] bool mark_writes(int root, Marks marks) noexcept;
  /// The folder below /proc of the process that runs the container; none where that is one of a container itself, which could
  /// show any folders in the place of the image's.
  [[nodiscard]] UniqueFd open_runtime() const noexcept;
  [[nodiscard]] Failure image_failure() const;

  std::string id_;
  const Machine& machine_;
  Counters& counters_;
  Learnt learnt_;
  std::int32_t pid_ = 0;
  bool only_learns_ = false;
  bool learns_files_ = false;  ///< for the callers
  bool is_ending_ = false;  ///< for the thread that answers
  std::mutex open_;  ///< while the descriptors below are used by a thread that does not answer, or closed
  UniqueFd group_;
  UniqueFd write_group_;
  UniqueFd folder_;  ///< /proc/PID
  UniqueFd process_;
  UniqueFd mount_changes_;
  std::string namespace_;
  std::string cgroup_;
  ContainerMounts mounts_;
  MountTable current_;  ///< of its own namespace, for the thread that answers
  ImageLayers layers_;
  std::string layers_problem_;
  std::mutex rules_swap_;
  std::shared_ptr<const ContainerRules> rules_;
  std::atomic<std::uint64_t> mask_{0};
  std::atomic<std::uint64_t> write_mask_{0};
  std::atomic<std::uint64_t> unwatched_{0};
  std::unordered_set<std::int32_t> starting_;
  std::size_t at_once_ = kAtOnce;
  std::size_t writes_at_once_ = kAtOnce;
  std::size_t ignored_ = 0;
  std::size_t rest_ = kMaxRest;
  std::unique_ptr<RepeatFilter> repeats_;  ///< from the first event on
  std::uint64_t lost_ = 0;
};

}  // namespace bulkhead::sentinel
