#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "source/count_table.hpp"
#include "source/verdict.hpp"

namespace bulkhead::sentinel {

/// A program that was run.
struct RunProgram {
  std::string path;
  std::optional<std::uint32_t> user;  ///< none where the process had ended before it could be told
  std::optional<bool> from_image;     ///< none where the layers of the image are not known
  Verdict verdict = Verdict::kAllow;

  friend auto operator<=>(const RunProgram&, const RunProgram&) noexcept = default;
};

using ProgramTable = CountTable<RunProgram>;

}  // namespace bulkhead::sentinel
