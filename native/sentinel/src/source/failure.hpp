#pragma once

#include <cstdint>
#include <string>

namespace bulkhead::sentinel {

enum class FailureCode : std::uint8_t {
  kNone,
  kNotPermitted,
  kUnsupported,
  kContainerGone,
  kNotAContainer,
  kImageUnknown,
  kNoResources,
  kDuplicateContainer,
  kUnknownContainer,
};

/// What could not be done, in one line that says why and what to do.
struct Failure {
  FailureCode code = FailureCode::kNone;
  std::string message;

  [[nodiscard]] bool failed() const noexcept { return code != FailureCode::kNone; }
};

}  // namespace bulkhead::sentinel
