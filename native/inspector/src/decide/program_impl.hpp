#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bulkhead/program.hpp"
#include "detect/identity/number_ends.hpp"
#include "detect/kinds_wanted.hpp"
#include "detect/number_filter.hpp"
#include "lane/custom_set.hpp"
#include "lane/exact_stream.hpp"

namespace bulkhead {

/// What scanning and judging read of a program; never changes once compiled.
struct ProgramImpl {
  ProgramSpec spec;
  std::vector<std::string> detector_ids;        ///< by DetectorIndex
  std::vector<std::uint64_t> sensors_by_detector;  ///< bit s: sensor s names the detector
  detect::DetectorSet enabled;                  ///< built-in detectors that some sensor names
  detect::NumbersWanted numbers{};              ///< by `enabled`
  detect::KindsWanted kinds{};                  ///< likewise
  detect::identity::NumberEnds number_ends{};   ///< likewise
  bool credentials = false;                     ///< `enabled` has some of credential/
  std::uint64_t cleartext = 0;                  ///< bit s: sensor s names kCleartextTraffic
  std::uint64_t scoped = 0;                     ///< bit s: sensor s has scopes
  std::uint64_t generation = 0;                 ///< never the same for two programs of a process
  lane::CustomSet custom;
  std::vector<lane::ExactRule> exact;

  /// Bit s: sensor s concerns a session between these two.
  [[nodiscard]] std::uint64_t concerned(const Address& client, const Address& server) const noexcept;
};
static_assert(kMaxSensors <= 64, "sensors_by_detector holds one bit for each sensor");

}  // namespace bulkhead
