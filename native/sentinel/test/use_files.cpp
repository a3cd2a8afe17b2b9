#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// use_files open|start|write PATH COUNT: opens a file, starts a program and waits for its end, or writes one of 16 files whose names
// begin with the path, so many times; prints the nanoseconds that one took.
namespace {

bool open_once(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  close(file);
  return true;
}

bool write_once(const char* path, long time) {
  char name[4'096];
  std::snprintf(name, sizeof(name), "%s.%ld", path, time % 16);
  const int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written = write(file, path, std::strlen(path)) > 0;
  return close(file) == 0 && written;
}

bool start_once(char* path) {
  char* words[] = {path, nullptr};
  pid_t child = 0;
  int status = 0;
  return posix_spawn(&child, path, nullptr, nullptr, words, environ) == 0 && waitpid(child, &status, 0) == child;
}

}  // namespace

int main(int count, char** words) {
  if (count == 1) return 0;  // what it starts is itself
  if (count != 4) return 2;
  const bool opens = std::strcmp(words[1], "open") == 0;
  const bool writes = std::strcmp(words[1], "write") == 0;
  const long times = std::atol(words[3]);
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < times; ++i) {
    if (writes ? write_once(words[2], i) : opens ? open_once(words[2]) : start_once(words[2])) continue;
    std::perror("use_files");
    return 1;
  }
  const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin);
  std::printf("%lld\n", static_cast<long long>(passed.count()) / (times > 0 ? times : 1));
}
