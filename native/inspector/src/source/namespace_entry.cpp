#include "source/namespace_entry.hpp"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "bulkhead/unique_fd.hpp"

namespace bulkhead {
namespace {

SourceFailure enter(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return {SourceError::namespace_unavailable, "network namespace " + path + " cannot be opened: " +
                                                    std::strerror(errno) + "; is the workload still running?"};
  }
  if (::setns(fd.get(), CLONE_NEWNET) == 0) return {};
  if (errno == EPERM) {
    return {SourceError::not_permitted,
            "network namespace " + path + " cannot be entered: run as root (CAP_SYS_ADMIN is needed)"};
  }
  return {SourceError::namespace_unavailable,
          "network namespace " + path + " cannot be entered: " + std::strerror(errno)};
}

}  // namespace

SourceFailure run_in_namespace(const std::string& path, const std::function<SourceFailure()>& work) {
  if (path.empty()) return work();
  SourceFailure failure;
  std::thread([&] {
    failure = enter(path);
    if (!failure.failed()) failure = work();
  }).join();
  return failure;
}

}  // namespace bulkhead
