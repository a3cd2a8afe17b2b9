#include "source/machine.hpp"

#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

using namespace bulkhead::sentinel;

namespace {

/// From here on the kernel gives the call an error, as an older one does.
bool refuse_call(std::uint32_t number, std::uint32_t error) {
  std::array<sock_filter, 4> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// What a process without the call is told that it lacks; empty for nothing.
std::string lack_without(std::uint32_t number, std::uint32_t error) {
  int words[2];
  REQUIRE(::pipe(words) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string said = refuse_call(number, error) ? try_fanotify().message : "no filter";
    const bool written = ::write(words[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(words[1]);
  std::array<char, 1'024> text{};
  const ssize_t length = ::read(words[0], text.data(), text.size());
  ::close(words[0]);
  ::waitpid(child, nullptr, 0);
  return {text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

}  // namespace

TEST_CASE("a kernel that is too old, or has no fanotify, is one where nothing can be watched") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: a kernel that is too old: not root");
    return;
  }
  CHECK(lack_without(SYS_openat2, EINVAL).find("use one of 5.12 or later") != std::string::npos);
  CHECK(lack_without(SYS_openat2, ENOSYS).find("use one of 5.12 or later") != std::string::npos);
  CHECK(lack_without(SYS_fanotify_init, ENOSYS).find("CONFIG_FANOTIFY") != std::string::npos);
  CHECK(lack_without(SYS_fanotify_mark, EINVAL).find("CONFIG_FANOTIFY_ACCESS_PERMISSIONS") != std::string::npos);
  CHECK(lack_without(SYS_fanotify_init, EPERM).find("CAP_SYS_ADMIN") != std::string::npos);
  CHECK(lack_without(SYS_fanotify_init, EMFILE).find("fs.fanotify.max_user_groups") != std::string::npos);
}
