#include "source/watcher.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>

using namespace bulkhead::sentinel;

namespace {

namespace fs = std::filesystem;

struct Sink final : EventSink {
  std::atomic<int> events{0};
  bool on_events(std::vector<Event>&& told, std::uint64_t) noexcept override {
    events += static_cast<int>(told.size());
    return true;
  }
};

/// One that holds up who tells it of the first thing, until it is let go. What is told after that may be told late: it is not
/// waited for.
struct HoldingSink final : EventSink {
  std::atomic<bool> has_held{false};
  std::binary_semaphore reached{0};
  std::binary_semaphore go_on{0};
  bool on_events(std::vector<Event>&&, std::uint64_t) noexcept override {
    if (has_held.exchange(true)) return true;
    reached.release();
    go_on.acquire();
    return true;
  }
};

/// A process with a root of its own that opens a file each time it is asked, and says how that ended.
class Opener {
 public:
  Opener() {
    std::string name = (fs::temp_directory_path() / "bh-watcher-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    for (const char* folder : {"lower", "upper", "work", "root"}) fs::create_directories(root_ / folder);
    std::ofstream(root_ / "lower/secret") << "x";
    fs::permissions(root_ / "lower/secret", fs::perms::all);
    REQUIRE(::pipe2(ask_, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(answer_, O_CLOEXEC) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) live();
    REQUIRE(read_answer() == 0);
  }
  ~Opener() {
    ::close(ask_[1]);
    ::waitpid(pid_, nullptr, 0);
    for (const int file : {ask_[0], answer_[0], answer_[1]}) ::close(file);
    fs::remove_all(root_);
  }

  [[nodiscard]] std::int32_t pid() const { return pid_; }
  /// What came of an open: 0 or errno.
  int open() { return ask("?"); }
  void begin_open() { REQUIRE(::write(ask_[1], "?", 1) == 1); }
  int end_open() { return read_answer(); }
  /// What came of running the file, which is no program: errno.
  int start() { return ask("!"); }
  /// The same by a process of its own each time: the kernel tells once of what one thread does again before it is read.
  int start_apart() { return ask("+"); }
  /// What came of writing a file, each time another.
  int write() { return ask("w"); }

 private:
  int ask(const char* question) {
    REQUIRE(::write(ask_[1], question, 1) == 1);
    return read_answer();
  }
  int read_answer() {
    int error = -1;
    REQUIRE(::read(answer_[0], &error, sizeof(error)) == sizeof(error));
    return error;
  }

  [[noreturn]] void live() {
    ::close(ask_[1]);
    const std::string options = "lowerdir=" + (root_ / "lower").string() + ",upperdir=" + (root_ / "upper").string() +
                                ",workdir=" + (root_ / "work").string();
    const std::string root = (root_ / "root").string();
    const bool made = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                      ::mount("overlay", root.c_str(), "overlay", 0, options.c_str()) == 0 && ::chdir(root.c_str()) == 0 &&
                      ::mkdir("old", 0700) == 0 && ::syscall(SYS_pivot_root, ".", "old") == 0 && ::chroot(".") == 0 &&
                      ::umount2("/old", MNT_DETACH) == 0;
    int error = made ? 0 : errno;
    char question = 0;
    int written = 0;
    do {
      if (::write(answer_[1], &error, sizeof(error)) != sizeof(error)) break;
      if (::read(ask_[0], &question, 1) != 1) break;
      if (question == '!') {
        ::execl("/secret", "secret", nullptr);
        error = errno;
        continue;
      }
      if (question == '+') {
        const pid_t child = ::fork();
        if (child == 0) {
          ::execl("/secret", "secret", nullptr);
          ::_exit(errno);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        error = WEXITSTATUS(status);
        continue;
      }
      if (question == 'w') {
        ::mkdir("/out", 0700);
        const std::string name = "/out/" + std::to_string(written++);
        const int out = ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        error = out < 0 || ::close(out) != 0 ? errno : 0;
        continue;
      }
      const int file = ::open("/secret", O_RDONLY | O_CLOEXEC);
      error = file < 0 ? errno : 0;
      if (file >= 0) ::close(file);
    } while (made);
    ::_exit(0);
  }

  fs::path root_;
  int ask_[2] = {};
  int answer_[2] = {};
  pid_t pid_ = -1;
};

std::shared_ptr<const ContainerRules> deny(const char16_t* path) {
  auto rules = std::make_shared<ContainerRules>();
  rules->file.push_back({.policy = "f", .enforced = true, .rules = {}});
  rules->file.back().rules.push_back(
      {.name = "r", .denies = true, .access = kRead, .paths = {Glob(path)}, .executables = {}});
  return rules;
}

std::shared_ptr<const ContainerRules> learn(const ContainerRules& others) {
  auto rules = std::make_shared<ContainerRules>(others);
  rules->learn_programs = true;
  return rules;
}

std::shared_ptr<const ContainerRules> learn_files(const ContainerRules& others) {
  auto rules = std::make_shared<ContainerRules>(others);
  rules->learn_files = true;
  return rules;
}

/// Those that this process has now.
int fanotify_groups() {
  int groups = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (fs::read_symlink(entry, gone).string().find("[fanotify]") != std::string::npos) ++groups;
  }
  return groups;
}

/// No file can be opened by this process as long as there is one of it.
class NoFiles {
 public:
  NoFiles() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~NoFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoFiles(const NoFiles&) = delete;
  NoFiles& operator=(const NoFiles&) = delete;

 private:
  rlimit before_{};
};

/// Where nothing can be watched the tests say so and end.
bool can_watch(const char* test) {
  const Failure failure = ::geteuid() == 0 ? try_fanotify() : Failure{FailureCode::kNotPermitted, "not root"};
  if (failure.failed()) MESSAGE("skipped: " << std::string(test) << ": " << failure.message);
  return !failure.failed();
}

}  // namespace

TEST_CASE("rules that change while a container opens files are taken whole") {
  if (!can_watch("rules that change")) return;
  Opener opener;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  REQUIRE_FALSE(watcher.watch("c", opener.pid(), deny(u"/secret")).failed());
  CHECK(opener.open() == EPERM);
  for (int i = 0; i < 50; ++i) {
    REQUIRE_FALSE(watcher.set_rules("c", deny(i % 2 == 0 ? u"/other" : u"/secret")).failed());
    CHECK(opener.open() == (i % 2 == 0 ? 0 : EPERM));
  }
  watcher.remove("c");
  watcher.stop();
  CHECK(opener.open() == 0);
  CHECK(sink.events == 1);  // the same thing, told once
  CHECK(watcher.counters().denied == 26);
}

TEST_CASE("watching begins and ends while a container opens files, and nothing hangs") {
  if (!can_watch("watching begins and ends")) return;
  Opener opener;
  Sink sink;
  for (int i = 0; i < 20; ++i) {
    Watcher watcher(sink);
    REQUIRE_FALSE(watcher.start().failed());
    REQUIRE_FALSE(watcher.watch("c", opener.pid(), deny(u"/secret")).failed());
    CHECK(opener.open() == EPERM);
    if (i % 2 == 0) watcher.remove("c");
  }
  CHECK(opener.open() == 0);
}

TEST_CASE("a container that ended is let go") {
  if (!can_watch("a container that ended")) return;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  {
    Opener opener;
    REQUIRE_FALSE(watcher.watch("c", opener.pid(), deny(u"/secret")).failed());
  }
  auto starts = std::make_shared<ContainerRules>(*deny(u"/x"));
  starts->file.back().rules.back().access = kExecute;
  CHECK(watcher.set_rules("c", starts).code == FailureCode::kContainerGone);
  CHECK(watcher.watch("c", ::getpid(), deny(u"/x")).code == FailureCode::kDuplicateContainer);
  watcher.remove("c");
  CHECK(watcher.watch("c", ::getpid(), deny(u"/x")).code == FailureCode::kNotAContainer);
}

TEST_CASE("what a container runs is counted once, while rules come and go and others take what was counted") {
  if (!can_watch("what a container runs")) return;
  constexpr std::uint64_t kStarts = 60;
  Opener opener;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  const auto alone = learn({});
  auto starts = std::make_shared<ContainerRules>(*learn(*deny(u"/secret")));
  starts->file.back().rules.back().access = kExecute;
  REQUIRE_FALSE(watcher.watch("c", opener.pid(), alone).failed());
  const std::int32_t running[] = {opener.pid(), -1};
  watcher.note_running("c", running);
  watcher.note_running("other", running);
  std::uint64_t allowed = 0;
  std::uint64_t blocked = 0;
  const auto take = [&] {
    for (const ContainerCounts<RunProgram>& taken : watcher.take_programs()) {
      CHECK(taken.container == "c");
      for (const auto& [program, count] : taken.counted.entries) {
        if (program.path != "/secret") continue;
        CHECK(program.from_image == true);
        CHECK(program.user.value_or(0) == 0);
        (program.verdict == Verdict::kBlock ? blocked : allowed) += count;
      }
    }
  };
  for (std::uint64_t i = 0; i < kStarts; ++i) {
    CHECK(opener.start() == (i % 2 == 0 ? ENOEXEC : EPERM));
    if (i % 5 == 0) take();
    REQUIRE_FALSE(watcher.set_rules("c", i % 2 == 0 ? starts : alone).failed());
  }
  watcher.remove("c");
  for (int tries = 0; tries < 1'000 && allowed + blocked < kStarts; ++tries) {
    take();
    ::usleep(10'000);
  }
  CHECK(allowed == kStarts / 2);
  CHECK(blocked == kStarts / 2);
  CHECK(watcher.counters().errors == 0);
  CHECK(watcher.take_programs().empty());
}

TEST_CASE("what a container writes is counted, while rules come and go and others take what was counted") {
  if (!can_watch("what a container writes")) return;
  constexpr std::uint64_t kWrites = 60;
  Opener opener;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  const auto alone = learn_files({});
  const auto asking = learn_files(*deny(u"/secret"));
  REQUIRE_FALSE(watcher.watch("c", opener.pid(), alone).failed());
  std::uint64_t counted = 0;
  const auto take = [&] {
    for (const ContainerCounts<WrittenFile>& taken : watcher.take_files()) {
      CHECK(taken.container == "c");
      CHECK(taken.counted.not_counted == 0);
      for (const auto& [file, count] : taken.counted.entries) {
        CHECK(file.path.starts_with("/out"));
        CHECK(file.verdict == Verdict::kAllow);
        counted += count;
      }
    }
  };
  const std::int32_t processes[] = {opener.pid(), ::getpid(), -1};
  for (std::uint64_t i = 0; i < kWrites; ++i) {
    CHECK(opener.write() == 0);
    if (i % 5 == 0) take();
    watcher.note_open("c", processes);
    REQUIRE_FALSE(watcher.set_rules("c", i % 2 == 0 ? asking : alone).failed());
  }
  watcher.remove("c");
  for (int tries = 0; tries < 1'000 && counted < kWrites; ++tries) {
    take();
    ::usleep(10'000);
  }
  // Of a group that takes the place of another both may be told.
  CHECK(counted >= kWrites);
  CHECK(counted <= 2 * kWrites);
  CHECK(watcher.counters().errors == 0);
  CHECK(watcher.take_files().empty());
  CHECK(watcher.take_programs().empty());
}

TEST_CASE("what a container writes is no more learnt without another group, and it is held to its rules all the time") {
  if (!can_watch("what a container writes is no more learnt")) return;
  Opener opener;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  const auto rules = deny(u"/secret");
  REQUIRE_FALSE(watcher.watch("c", opener.pid(), learn_files(*rules)).failed());
  for (int round = 0; round < 5; ++round) {
    std::uint64_t counted = 0;
    std::uint64_t not_counted = 0;
    const auto take = [&] {
      for (const ContainerCounts<WrittenFile>& taken : watcher.take_files()) {
        not_counted += taken.counted.not_counted;
        for (const auto& [file, count] : taken.counted.entries) counted += count;
      }
    };
    for (int i = 0; i < 40; ++i) CHECK(opener.write() == 0);
    REQUIRE_FALSE(watcher.set_rules("c", rules).failed());
    CHECK(fanotify_groups() <= 2);
    CHECK(opener.open() == EPERM);
    for (int tries = 0; tries < 1'000 && fanotify_groups() > 1; ++tries) ::usleep(10'000);
    CHECK(fanotify_groups() == 1);
    CHECK(opener.open() == EPERM);
    take();
    CHECK(counted == 40);
    CHECK(not_counted == 1);
    CHECK(opener.write() == 0);
    REQUIRE_FALSE(watcher.set_rules("c", learn_files(*rules)).failed());
    CHECK(opener.open() == EPERM);
    CHECK(opener.write() == 0);
    counted = 0;
    for (int tries = 0; tries < 1'000 && (counted < 1 || fanotify_groups() > 2); ++tries) {
      take();
      ::usleep(10'000);
    }
    CHECK(counted == 1);
  }
  watcher.remove("c");
  CHECK(watcher.counters().errors == 0);
}

TEST_CASE("rules that cannot be taken leave those of before, and are taken whole later") {
  if (!can_watch("rules that cannot be taken")) return;
  Opener opener;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  ContainerRules starts;
  starts.process.push_back({.policy = "p", .enforced = true, .only_from_image = true, .rules = {}});
  const auto learning = learn_files(starts);
  const auto rules = deny(u"/secret");
  REQUIRE_FALSE(watcher.watch("c", opener.pid(), learning).failed());
  CHECK(opener.open() == 0);
  {
    const NoFiles none;
    CHECK(watcher.set_rules("c", rules).failed());
  }
  CHECK(fanotify_groups() == 2);
  CHECK(opener.open() == 0);
  REQUIRE_FALSE(watcher.set_rules("c", rules).failed());
  CHECK(opener.open() == EPERM);
  for (int tries = 0; tries < 1'000 && fanotify_groups() > 1; ++tries) ::usleep(10'000);
  CHECK(fanotify_groups() == 1);
}

TEST_CASE("a container is let go just after its writes are no more learnt") {
  if (!can_watch("a container is let go")) return;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  for (int i = 0; i < 20; ++i) {
    Opener opener;
    REQUIRE_FALSE(watcher.watch("c", opener.pid(), learn_files(*learn({}))).failed());
    CHECK(opener.write() == 0);
    REQUIRE_FALSE(watcher.set_rules("c", learn({})).failed());
    if (i % 2 == 0) REQUIRE_FALSE(watcher.set_rules("c", learn_files({})).failed());
    watcher.remove("c");
  }
  for (int tries = 0; tries < 1'000 && fanotify_groups() > 0; ++tries) ::usleep(10'000);
  CHECK(fanotify_groups() == 0);
  CHECK(watcher.counters().errors == 0);
}

TEST_CASE("who is asked about does not wait for what another writes without end") {
  if (!can_watch("who is asked about")) return;
  Opener held;
  Opener writer;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  REQUIRE_FALSE(watcher.watch("held", held.pid(), deny(u"/secret")).failed());
  REQUIRE_FALSE(watcher.watch("writer", writer.pid(), learn_files({})).failed());
  std::atomic<bool> ends{false};
  std::thread writes([&] {
    while (!ends) CHECK(writer.write() == 0);
  });
  for (int i = 0; i < 100; ++i) CHECK(held.open() == EPERM);
  ends = true;
  writes.join();
  watcher.remove("writer");
  CHECK(watcher.counters().errors == 0);
}

TEST_CASE("a process of another container is not counted as what runs already") {
  if (!can_watch("a process of another container")) return;
  Opener opener;
  Opener other;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  REQUIRE_FALSE(watcher.watch("c", opener.pid(), learn({})).failed());
  const std::int32_t running[] = {other.pid(), ::getpid()};
  watcher.note_running("c", running);
  CHECK(watcher.take_programs().empty());
}

TEST_CASE("who is asked about waits for nothing that is left to be counted of a container that was let go") {
  if (!can_watch("who is asked about")) return;
  constexpr std::uint64_t kStarts = 600;
  bool was_first = false;
  // That the thread is fast is no failure.
  for (int tries = 0; tries < 10 && !was_first; ++tries) {
    Opener held;
    Opener learnt;
    HoldingSink sink;
    Watcher watcher(sink);
    REQUIRE_FALSE(watcher.start().failed());
    REQUIRE_FALSE(watcher.watch("held", held.pid(), deny(u"/secret")).failed());
    REQUIRE_FALSE(watcher.watch("learnt", learnt.pid(), learn({})).failed());
    CHECK(held.open() == EPERM);
    sink.reached.acquire();
    for (std::uint64_t i = 0; i < kStarts; ++i) CHECK(learnt.start_apart() == ENOEXEC);
    watcher.remove("learnt");
    held.begin_open();
    ::usleep(10'000);  // so that it is asked before the thread goes on
    std::uint64_t counted = 0;
    const auto take = [&] {
      for (const ContainerCounts<RunProgram>& taken : watcher.take_programs()) {
        counted += taken.counted.not_counted;
        for (const auto& [program, count] : taken.counted.entries) counted += count;
      }
    };
    sink.go_on.release();
    CHECK(held.end_open() == EPERM);
    take();
    was_first = counted < kStarts;
    for (int waits = 0; waits < 1'000 && counted < kStarts; ++waits) {
      take();
      ::usleep(10'000);
    }
    CHECK(counted == kStarts);
    watcher.stop();
  }
  CHECK(was_first);
}

TEST_CASE("a container ends while it is counted what runs in it already") {
  if (!can_watch("a container ends")) return;
  Sink sink;
  Watcher watcher(sink);
  REQUIRE_FALSE(watcher.start().failed());
  for (int i = 0; i < 20; ++i) {
    auto opener = std::make_unique<Opener>();
    const std::int32_t running[] = {opener->pid()};
    REQUIRE_FALSE(watcher.watch("c", opener->pid(), learn_files(*learn({}))).failed());
    std::thread end([&opener] { opener.reset(); });
    for (int tries = 0; tries < 20; ++tries) {
      watcher.note_running("c", running);
      watcher.note_open("c", running);
    }
    end.join();
    watcher.remove("c");
  }
  CHECK(watcher.counters().errors == 0);
}
