#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bulkhead/detection.hpp"

namespace bulkhead {

/// What a sensor does with traffic. Ordered from most to least permissive; the strictest of a packet wins.
enum class Verdict : std::uint8_t { allow, alert, mask, block };

enum class DirectionScope : std::uint8_t { request, response, both };

struct SensorSpec {
  std::string name;
  std::vector<std::string> detectors;  ///< ids of built-in detectors or of the program's literals
  Confidence min_confidence = Confidence::medium;
  std::uint32_t threshold = 1;         ///< distinct values in one session before the sensor acts
  Verdict action = Verdict::alert;
  DirectionScope direction = DirectionScope::both;
};

/// A detector the user defines by a literal byte string. Found wherever it stands, confidence high.
struct LiteralSpec {
  std::string id;
  std::string bytes;
  bool case_insensitive = false;
};

struct ProgramSpec {
  std::vector<SensorSpec> sensors;
  std::vector<LiteralSpec> literals;
};

inline constexpr std::size_t kMaxSensors = 64;
inline constexpr std::size_t kMaxLiterals = 4096;
inline constexpr std::size_t kMaxLiteralBytes = 256;

enum class ProgramError : std::uint8_t {
  none,
  unknown_detector,
  duplicate_id,
  too_many,
  literal_size,
  literal_lane,  ///< vectorscan refused the set
};

struct ProgramImpl;

/// A compiled sensor set: immutable, shared between threads, swapped as a whole.
class Program {
 public:
  /// On failure returns null and sets `error` and a `message` that names the offending value.
  static std::shared_ptr<const Program> compile(const ProgramSpec& spec, ProgramError& error, std::string& message);
  ~Program();

  [[nodiscard]] const ProgramSpec& spec() const noexcept;
  [[nodiscard]] const std::string& detector_id(DetectorIndex index) const noexcept;
  [[nodiscard]] const ProgramImpl& impl() const noexcept { return *impl_; }

 private:
  explicit Program(std::unique_ptr<ProgramImpl> impl);
  std::unique_ptr<ProgramImpl> impl_;
};

}  // namespace bulkhead
