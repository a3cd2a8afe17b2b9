#pragma once

#include <string>

namespace bulkhead::nftables {

/// What became of entering a namespace: 0, or the errno of the step that failed.
struct EnterResult {
  int error = 0;
  const char* step = "";
};

/// Calls `work(argument)` on a new thread that first moved to the network namespace at `path`, and waits for its end.
/// The work is not called when the result holds an error. An empty path means the namespace of the caller.
EnterResult run_in_namespace(const std::string& path, void (*work)(void*) noexcept, void* argument) noexcept;

}  // namespace bulkhead::nftables
