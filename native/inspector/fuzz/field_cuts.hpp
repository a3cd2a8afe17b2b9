#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bulkhead/detector.hpp"
#include "bulkhead/program.hpp"

namespace bulkhead::fuzz {

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Every built-in detector, and the literals, in one sensor.
inline std::shared_ptr<const Program> every_detector(std::vector<LiteralSpec> literals = {}) {
  SensorSpec sensor;
  sensor.name = "all";
  for (const DetectorInfo& info : kDetectors) sensor.detectors.emplace_back(info.id);
  for (const LiteralSpec& literal : literals) sensor.detectors.emplace_back(literal.id);
  ProgramError error{};
  std::string message;
  return Program::compile({{sensor}, std::move(literals)}, error, message);
}

/// Gives `take` the field in spans whose sizes `steps` give in turn; whole when there are none.
template <typename Take>
void in_spans(Bytes field, Bytes steps, Take take) {
  std::size_t from = 0;
  for (std::size_t i = 0; from < field.size(); ++i) {
    const std::size_t step = steps.empty() ? field.size() : steps[i % steps.size()] * std::size_t{17} % 700 + 1;
    const Bytes span = field.subspan(from, std::min(step, field.size() - from));
    // A copy of exactly this size: the sanitizer sees any read outside the span.
    take(Bytes(std::vector<std::uint8_t>(span.begin(), span.end())));
    from += span.size();
  }
}

}  // namespace bulkhead::fuzz
