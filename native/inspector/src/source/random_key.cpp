#include "source/random_key.hpp"

#include <sys/random.h>

namespace bulkhead {

void fill_hash_key(EngineConfig& config) noexcept {
  // Requests this short are never cut once the kernel's pool is ready, and block until it is.
  while (::getrandom(config.hash_key, sizeof config.hash_key, 0) != static_cast<ssize_t>(sizeof config.hash_key)) {
  }
}

}  // namespace bulkhead
