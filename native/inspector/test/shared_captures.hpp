#pragma once

#include <cstdlib>
#include <filesystem>

namespace bulkhead::test {

/// Where captures lie that are not part of this project: BULKHEAD_SHARED, or `shared` beside the repository.
inline std::filesystem::path shared_captures() {
  if (const char* shared = std::getenv("BULKHEAD_SHARED")) return std::filesystem::path(shared) / "pcaps";
  return std::filesystem::path(__FILE__).parent_path() / "../../../../shared/pcaps";
}

}  // namespace bulkhead::test
