#pragma once

#include "bulkhead/engine.hpp"

namespace bulkhead {

/// Gives the engine's flow hash a key nobody can guess.
void fill_hash_key(EngineConfig& config) noexcept;

}  // namespace bulkhead
