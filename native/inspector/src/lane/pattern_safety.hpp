#pragma once

#include <string>
#include <vector>

#include "bulkhead/program.hpp"

namespace bulkhead::lane {

/// Vectorscan's flags for a pattern.
unsigned pattern_flags(const PatternSpec& pattern) noexcept;

/// Why a user's pattern cannot be run, and what to do about it; empty when it can.
///
/// A pattern must be one that vectorscan can stream, match at least one byte and at most kMaxPatternMatch, end with
/// what it matches, and keep up: its speed over a fixed specimen of traffic is compared with that of a plain pattern
/// measured beside it, so that neither the machine nor its load decides.
std::string why_unsafe(const PatternSpec& pattern);

/// Likewise for all of a program's patterns together.
std::string why_unsafe_together(const std::vector<PatternSpec>& patterns);

}  // namespace bulkhead::lane
