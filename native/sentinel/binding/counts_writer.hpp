#pragma once

#include <napi.h>

#include <vector>

#include "source/watcher.hpp"

namespace bulkhead::sentinel::binding {

/// What containers ran, as js/program.ts has it.
[[nodiscard]] Napi::Array programs_of(Napi::Env env, const std::vector<ContainerCounts<RunProgram>>& containers);

/// What containers wrote, as js/file.ts has it.
[[nodiscard]] Napi::Array files_of(Napi::Env env, const std::vector<ContainerCounts<WrittenFile>>& containers);

}  // namespace bulkhead::sentinel::binding
