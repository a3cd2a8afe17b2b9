#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

// open_otherwise openat2|io_uring PATH: opens a file to read it, by a call that does not have the flags in its registers.
// Prints "opened", or why not.
namespace {

int by_openat2(const char* path) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC;
  return static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

int fail(int error) {
  errno = error;
  return -1;
}

/// By a worker of the kernel, as those opens are that may wait.
int by_io_uring(const char* path) {
  io_uring_params given{};
  const int ring = static_cast<int>(syscall(SYS_io_uring_setup, 1, &given));
  if (ring < 0) return -1;
  const auto map = [ring](std::size_t bytes, off_t offset) {
    return static_cast<char*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset));
  };
  char* asked = map(given.sq_off.array + given.sq_entries * sizeof(std::uint32_t), IORING_OFF_SQ_RING);
  char* done = map(given.cq_off.cqes + given.cq_entries * sizeof(io_uring_cqe), IORING_OFF_CQ_RING);
  auto* entry = reinterpret_cast<io_uring_sqe*>(map(given.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES));
  if (asked == MAP_FAILED || done == MAP_FAILED || entry == MAP_FAILED) return -1;
  *entry = {};
  entry->opcode = IORING_OP_OPENAT;
  entry->flags = IOSQE_ASYNC;
  entry->fd = AT_FDCWD;
  entry->addr = reinterpret_cast<std::uintptr_t>(path);
  entry->open_flags = O_RDONLY | O_CLOEXEC;
  *reinterpret_cast<std::uint32_t*>(asked + given.sq_off.array) = 0;
  std::atomic_ref(*reinterpret_cast<std::uint32_t*>(asked + given.sq_off.tail)).store(1, std::memory_order_release);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0) < 0) return -1;
  io_uring_cqe result{};
  std::memcpy(&result, done + given.cq_off.cqes, sizeof(result));
  return result.res < 0 ? fail(-result.res) : result.res;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  const int file = std::string_view(words[1]) == "openat2" ? by_openat2(words[2]) : by_io_uring(words[2]);
  std::puts(file >= 0 ? "opened" : std::strerror(errno));
  return file >= 0 ? 0 : 1;
}
