#include "namespace_thread.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>

namespace bulkhead::nftables {
namespace {

struct Errand {
  const std::string& path;
  void (*work)(void*) noexcept;
  void* argument;
  EnterResult result;
};

EnterResult enter(const std::string& path) noexcept {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return {errno, "cannot open network namespace"};
  // The type is given so that the descriptor of anything but a network namespace is refused.
  const int failed = setns(fd, CLONE_NEWNET) != 0 ? errno : 0;
  close(fd);
  return {failed, "cannot enter network namespace"};
}

void* start(void* raw) noexcept {
  auto& errand = *static_cast<Errand*>(raw);
  if (!errand.path.empty()) errand.result = enter(errand.path);
  if (errand.result.error == 0) errand.work(errand.argument);
  return nullptr;
}

}  // namespace

EnterResult run_in_namespace(const std::string& path, void (*work)(void*) noexcept, void* argument) noexcept {
  Errand errand{path, work, argument, {}};
  pthread_t thread{};
  const int failed = pthread_create(&thread, nullptr, start, &errand);
  if (failed != 0) return {failed, "cannot start a thread"};
  pthread_join(thread, nullptr);
  return errand.result;
}

}  // namespace bulkhead::nftables
