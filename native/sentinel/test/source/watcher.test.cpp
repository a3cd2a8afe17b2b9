#include "source/watcher.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
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
#include <string>

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

/// A process with a root of its own that opens a file each time it is asked, and says how that ended.
class Opener {
 public:
  Opener() {
    std::string name = (fs::temp_directory_path() / "bh-watcher-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    for (const char* folder : {"lower", "upper", "work", "root"}) fs::create_directories(root_ / folder);
    std::ofstream(root_ / "lower/secret") << "x";
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
  int open() {
    REQUIRE(::write(ask_[1], "?", 1) == 1);
    return read_answer();
  }

 private:
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
    do {
      if (::write(answer_[1], &error, sizeof(error)) != sizeof(error)) break;
      if (::read(ask_[0], &question, 1) != 1) break;
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
