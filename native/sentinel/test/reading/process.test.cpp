#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include <cstdio>
#include <string>

#include "reading/open_call.hpp"
#include "reading/open_flags.hpp"
#include "reading/process_status.hpp"

using namespace bulkhead::sentinel;

namespace {

std::string call(long number, std::initializer_list<unsigned long> words) {
  std::string text = std::to_string(number);
  char word[32];
  for (const unsigned long value : words) {
    std::snprintf(word, sizeof(word), " 0x%lx", value);
    text += word;
  }
  return text + " 0x0 0x0 0x7ffe 0x7f00\n";
}

}  // namespace

TEST_CASE("a thread's process, its parent and its effective user are read") {
  const auto status =
      parse_status("Name:\tsh\nUmask:\t0022\nTgid:\t42\nNgid:\t0\nPid:\t43\nPPid:\t7\nUid:\t0\t1000\t0\t0\n");
  REQUIRE(status);
  CHECK(status->process == 42);
  CHECK(status->parent == 7);
  CHECK(status->user == 1000);
  CHECK(status->real_user == 0);
}

TEST_CASE("a name that looks like a line changes nothing, and half a status is none") {
  const auto status = parse_status("Name:\tUid:\t7\t7\nTgid:\t1\nUid:\t5\t6\t5\t5\n");
  REQUIRE(status);
  CHECK(status->user == 6);
  CHECK_FALSE(parse_status("Name:\tsh\nTgid:\t1\n"));
  CHECK_FALSE(parse_status("Tgid:\t1\nUid:\tx\ty\n"));
  CHECK_FALSE(parse_status(""));
}

TEST_CASE("how a file is opened is told by the flags of the call") {
  CHECK(parse_open_call(call(SYS_openat, {0xffffff9c, 0x7f0000, O_RDONLY | O_CLOEXEC})) == OpenCall::kReads);
  CHECK(parse_open_call(call(SYS_openat, {0xffffff9c, 0x7f0000, O_WRONLY | O_CREAT})) == OpenCall::kWrites);
  CHECK(parse_open_call(call(SYS_openat, {0, 0, O_RDWR})) == OpenCall::kReadsAndWrites);
  CHECK(parse_open_call(call(SYS_openat, {0, 0, O_RDONLY | O_TRUNC})) == OpenCall::kReadsAndWrites);
  CHECK(parse_open_call(call(SYS_openat, {0, 0, O_ACCMODE})) == OpenCall::kReadsAndWrites);
  CHECK(parse_open_call(call(SYS_open_by_handle_at, {0, 0, O_WRONLY})) == OpenCall::kWrites);
  CHECK(parse_open_call(call(SYS_execve, {0, 0, 0})) == OpenCall::kStarts);
  CHECK(parse_open_call(call(SYS_execveat, {0, 0, 0})) == OpenCall::kStarts);
#if defined(__x86_64__)
  CHECK(parse_open_call(call(SYS_open, {0x7f0000, O_WRONLY})) == OpenCall::kWrites);
  CHECK(parse_open_call(call(SYS_creat, {0x7f0000, 0644})) == OpenCall::kWrites);
#endif
}

#if defined(__x86_64__) || defined(__aarch64__)
TEST_CASE("how a program of 32 bits opens a file is told by the numbers that calls have for it") {
#if defined(__x86_64__)
  constexpr long openat = 295, open_by_handle_at = 342, execveat = 358;
#else
  constexpr long openat = 322, open_by_handle_at = 371, execveat = 387;
#endif
  CHECK(parse_open_call(call(5, {0x8000, O_RDWR})) == OpenCall::kReadsAndWrites);  // open
  CHECK(parse_open_call(call(openat, {0xffffff9c, 0x8000, O_RDONLY})) == OpenCall::kReads);
  CHECK(parse_open_call(call(open_by_handle_at, {0, 0, O_WRONLY})) == OpenCall::kWrites);
  CHECK(parse_open_call(call(8, {0x8000, 0644})) == OpenCall::kWrites);  // creat
  CHECK(parse_open_call(call(11, {0x8000, 0, 0})) == OpenCall::kStarts);  // execve
  CHECK(parse_open_call(call(execveat, {0, 0x8000, 0})) == OpenCall::kStarts);
}
#endif

TEST_CASE("how a file was opened is told by what /proc says of the descriptor") {
  CHECK(parse_open_flags("pos:\t0\nflags:\t0100001\nmnt_id:\t27\nino:\t4\n") == 0100001U);
  CHECK(parse_open_flags("flags:\t02\n") == 2U);
  CHECK_FALSE(parse_open_flags("flags:\t\n"));
  CHECK_FALSE(parse_open_flags("pos:\t0\n"));
  CHECK_FALSE(parse_open_flags(""));
}

TEST_CASE("a call that hides how it opens is not guessed at") {
  CHECK(parse_open_call("running\n") == OpenCall::kRunning);
  CHECK(parse_open_call(call(SYS_openat2, {0, 0, 0x7f0000})) == OpenCall::kUnknown);
  CHECK(parse_open_call(call(SYS_io_uring_enter, {0, 0, 0})) == OpenCall::kUnknown);
  CHECK(parse_open_call("-1 0x7ffe 0x7f00\n") == OpenCall::kUnknown);
  CHECK(parse_open_call(std::to_string(SYS_openat)) == OpenCall::kUnknown);
  CHECK(parse_open_call(std::to_string(SYS_openat) + " 0x1 0x2 x") == OpenCall::kUnknown);
  CHECK(parse_open_call("") == OpenCall::kUnknown);
}
