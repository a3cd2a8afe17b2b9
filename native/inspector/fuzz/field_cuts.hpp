#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bulkhead/detector.hpp"
#include "bulkhead/program.hpp"
#include "detect/candidate.hpp"
#include "detect/identity/rules.hpp"

namespace bulkhead::fuzz {

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// The built-in detectors that `wanted` takes, and the literals, in one sensor.
template <typename Wanted>
std::shared_ptr<const Program> detectors_where(Wanted wanted, const std::vector<LiteralSpec>& literals = {}) {
  SensorSpec sensor;
  sensor.name = "all";
  for (std::size_t i = 0; i < kDetectors.size(); ++i)
    if (wanted(i)) sensor.detectors.emplace_back(kDetectors[i].id);
  for (const LiteralSpec& literal : literals) sensor.detectors.emplace_back(literal.id);
  ProgramError error{};
  std::string message;
  return Program::compile({{sensor}, literals}, error, message);
}

inline std::shared_ptr<const Program> every_detector(const std::vector<LiteralSpec>& literals = {}) {
  return detectors_where([](std::size_t) { return true; }, literals);
}

/// All but those of identity numbers, as in the shipped sensors: the start of a long span is searched in another way then.
inline std::shared_ptr<const Program> no_identity_numbers(const std::vector<LiteralSpec>& literals = {}) {
  const auto is_number = [](std::size_t i) {
    return (i >= detect::kFirstIdentity && i < detect::kFirstIdentity + detect::identity::kRuleCount) || i == detect::kMrz;
  };
  return detectors_where([&](std::size_t i) { return !is_number(i); }, literals);
}

/// What the default sensors look for in fields (packages/dlp, sensor/defaults.ts): no names, records or identity numbers.
inline std::shared_ptr<const Program> default_detectors() {
  return detectors_where([](std::size_t i) { return i < detect::kFirstIdentity; });
}

inline constexpr std::size_t kLongestSpan = 700;

/// Gives `take` the field in spans of at most `longest` bytes whose sizes `steps` give in turn; whole when there are none.
template <typename Take>
void in_spans(Bytes field, Bytes steps, Take take, std::size_t longest = kLongestSpan) {
  std::size_t from = 0;
  for (std::size_t i = 0; from < field.size(); ++i) {
    const std::size_t step = steps.empty() ? field.size() : steps[i % steps.size()] * std::size_t{17} % longest + 1;
    const Bytes span = field.subspan(from, std::min(step, field.size() - from));
    // A copy of exactly this size: the sanitizer sees any read outside the span.
    take(Bytes(std::vector<std::uint8_t>(span.begin(), span.end())));
    from += span.size();
  }
}

}  // namespace bulkhead::fuzz
