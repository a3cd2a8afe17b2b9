#pragma once

#include <functional>
#include <string>

#include "source/failure.hpp"

namespace bulkhead {

/// Runs `work` inside the network namespace that `path` names (/proc/PID/ns/net, /run/netns/NAME), on a thread of its
/// own that ends with it: no other thread ever leaves its namespace. Sockets and /proc files opened by `work` belong to
/// that namespace for good. An empty path runs it in the process's own.
SourceFailure run_in_namespace(const std::string& path, const std::function<SourceFailure()>& work);

}  // namespace bulkhead
