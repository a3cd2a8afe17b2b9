#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "bulkhead/detector.hpp"
#include "bulkhead/scanner.hpp"
#include "detect/candidate.hpp"
#include "detect/identity/rules.hpp"

namespace bulkhead::test {

struct Collected final : DetectionSink {
  std::vector<Detection> all;
  std::uint64_t bytes_not_searched = 0, times_not_searched = 0;
  void detected(const Detection& detection) noexcept override { all.push_back(detection); }
  void not_searched(Exception, std::uint64_t bytes) noexcept override {
    bytes_not_searched += bytes;
    ++times_not_searched;
  }
};

/// Whether a built-in detector is one of a country's identity numbers.
inline bool is_identity(std::size_t detector) {
  return detector >= detect::kFirstIdentity && detector < detect::kFirstIdentity + detect::identity::kRuleCount;
}

/// One sensor of these detectors and of the literals.
inline std::shared_ptr<const Program> program_naming(std::vector<std::string> detectors, std::vector<LiteralSpec> literals = {}) {
  SensorSpec sensor;
  sensor.name = "everything";
  sensor.detectors = std::move(detectors);
  for (const LiteralSpec& literal : literals) sensor.detectors.push_back(literal.id);
  ProgramError error{};
  std::string message;
  auto program = Program::compile({{sensor}, std::move(literals)}, error, message);
  CHECK_MESSAGE(program != nullptr, message);
  return program;
}

inline std::shared_ptr<const Program> program_with(std::vector<LiteralSpec> literals = {}) {
  std::vector<std::string> detectors;
  for (const DetectorInfo& info : kDetectors) detectors.emplace_back(info.id);
  return program_naming(std::move(detectors), std::move(literals));
}

inline const std::shared_ptr<const Program>& everything() {
  static const auto program = program_with();
  return program;
}

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Detections of one field that came in spans cut at `cuts` (ascending offsets).
inline std::vector<Detection> scan_cut(std::string_view text, const std::vector<std::size_t>& cuts,
                                       const std::shared_ptr<const Program>& program = everything()) {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(program);
  scanner.begin();
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    scanner.scan(bytes_of(text.substr(from, cut - from)), scratch, sink);
    from = cut;
  }
  scanner.scan(bytes_of(text.substr(from)), scratch, sink);
  scanner.end(scratch, sink);
  return sink.all;
}

inline std::vector<Detection> scan_text(std::string_view text) { return scan_cut(text, {}); }

/// Everything of a detection, comparable and printable.
inline std::string describe(const Detection& d) {
  return std::to_string(d.detector) + "@" + std::to_string(d.offset) + "+" + std::to_string(d.length) + " c" +
         std::to_string(static_cast<int>(d.confidence)) + " " + std::string(d.masked_view()) + " key=" +
         std::string(d.key_view()) + (d.known_test ? " test " : " ") + std::to_string(d.fingerprint);
}

inline std::vector<std::string> describe(const std::vector<Detection>& all) {
  std::vector<std::string> lines;
  for (const Detection& d : all) lines.push_back(describe(d));
  return lines;
}

/// The same, whichever lane found what first.
inline std::vector<std::string> sorted_lines(const std::vector<Detection>& all) {
  auto lines = describe(all);
  std::sort(lines.begin(), lines.end());
  return lines;
}

using Describe = std::vector<std::string> (*)(const std::vector<Detection>&);

/// Checks that the text gives the same detections when it is cut at any byte, and when it comes in spans of any one size
/// up to `longest_span`. With `describe` they must also come in the same order.
inline void check_every_cut(std::string_view text, std::size_t longest_span,
                            const std::shared_ptr<const Program>& program = everything(), Describe lines = describe) {
  const auto expected = lines(scan_cut(text, {}, program));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    CHECK(lines(scan_cut(text, {cut}, program)) == expected);
  }
  for (std::size_t span = 1; span <= longest_span; ++span) {
    std::vector<std::size_t> cuts;
    for (std::size_t i = span; i < text.size(); i += span) cuts.push_back(i);
    CAPTURE(span);
    CHECK(lines(scan_cut(text, cuts, program)) == expected);
  }
}

/// Checks that the text in random spans of up to `longest_span`, each followed by a provisional end, gives every
/// detection of the whole once.
inline void check_provisional_ends(std::string_view text, std::size_t longest_span, int rounds,
                                   const std::shared_ptr<const Program>& program = everything()) {
  const auto expected = describe(scan_cut(text, {}, program));
  std::mt19937 random(3);
  for (int round = 0; round < rounds; ++round) {
    Scratch scratch;
    Collected sink;
    ContentScanner scanner(program);
    scanner.begin();
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % longest_span, text.size() - from);
      scanner.scan(bytes_of(text.substr(from, n)), scratch, sink);
      scanner.provisional_end(scratch, sink);
      from += n;
    }
    scanner.end(scratch, sink);
    const auto lines = describe(sink.all);
    for (const std::string& line : expected) {
      CAPTURE(line);
      CHECK(std::count(lines.begin(), lines.end(), line) == 1);
    }
  }
}

/// The only detection of `detector` in the text; fails the test when there is not exactly one.
inline Detection only(std::string_view text, std::string_view detector) {
  Detection found;
  std::size_t count = 0;
  for (const Detection& d : scan_text(text)) {
    if (everything()->detector_id(d.detector) != detector) continue;
    found = d;
    ++count;
  }
  CHECK_MESSAGE(count == 1, std::string(detector) << " in: " << std::string(text));
  return found;
}

/// The surest detection of `detector` in the text, Confidence::none when there is none.
inline Confidence surest(std::string_view text, std::string_view detector) {
  Confidence best = Confidence::none;
  for (const Detection& d : scan_text(text))
    if (everything()->detector_id(d.detector) == detector && d.confidence > best) best = d.confidence;
  return best;
}

}  // namespace bulkhead::test
