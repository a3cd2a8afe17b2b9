#pragma once

#include <cstdint>

#include "rule/judge.hpp"

namespace bulkhead::sentinel {

/// What the rules made of something that is counted.
enum class Verdict : std::uint8_t { kAllow, kAlert, kBlock };

[[nodiscard]] inline Verdict verdict_of(const Decision& decision) noexcept {
  if (!decision.denied) return Verdict::kAllow;
  return decision.enforced ? Verdict::kBlock : Verdict::kAlert;
}

}  // namespace bulkhead::sentinel
