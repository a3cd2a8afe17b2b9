#include "decide/sensor_state.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "decide/program_impl.hpp"

namespace bulkhead {
namespace {

bool covers(DirectionScope scope, Direction direction) noexcept {
  if (scope == DirectionScope::both) return true;
  return (scope == DirectionScope::request) == (direction == Direction::request);
}

}  // namespace

Verdict SensorMatches::strictest() const noexcept {
  Verdict worst = Verdict::allow;
  for (const SensorMatch& match : *this) worst = std::max(worst, match.verdict);
  return worst;
}

struct SensorState::Counts {
  struct Sensor {
    std::uint16_t number;
    std::uint32_t distinct;
    std::vector<std::uint64_t> values;  // at most kMaxRemembered
  };
  std::vector<Sensor> sensors;  // only those that have seen something; at most kMaxSensors

  /// Whether the sensor's distinct values, `fingerprint` included, are as many as `threshold`. Values are looked up no longer once they are:
  /// there are never fewer.
  bool reach(std::uint32_t threshold, std::uint16_t number, std::uint64_t fingerprint) {
    auto at = std::find_if(sensors.begin(), sensors.end(), [number](const Sensor& s) { return s.number == number; });
    if (at == sensors.end()) at = sensors.insert(sensors.end(), Sensor{number, 0, {}});
    if (at->distinct >= threshold) return true;
    if (std::find(at->values.begin(), at->values.end(), fingerprint) != at->values.end()) return false;
    if (at->values.size() < kMaxRemembered) at->values.push_back(fingerprint);
    return ++at->distinct >= threshold;
  }
};

SensorState::SensorState() noexcept = default;
SensorState::~SensorState() = default;
SensorState::SensorState(SensorState&&) noexcept = default;
SensorState& SensorState::operator=(SensorState&&) noexcept = default;

void SensorState::judge(const Program& program, const Detection& detection, Direction direction,
                        SensorMatches& matches, Client& client) noexcept {
  const ProgramImpl& impl = program.impl();
  if (detection.detector >= impl.sensors_by_detector.size()) return;
  if (generation_ != impl.generation) {
    generation_ = impl.generation;
    counts_.reset();
  }
  for (std::uint64_t left = impl.sensors_by_detector[detection.detector] & client.concerned; left != 0; left &= left - 1) {
    const auto number = static_cast<std::uint16_t>(std::countr_zero(left));
    const SensorSpec& sensor = impl.spec.sensors[number];
    if (detection.confidence < sensor.min_confidence || !covers(sensor.direction, direction)) continue;
    bool acts = sensor.threshold <= 1;
    if (!acts && sensor.window_s != 0 && client.windows != nullptr) {
      constexpr std::uint64_t kSecondNs = 1'000'000'000;
      const ClientWindows::Outcome outcome =
          client.windows->count({client.address, client.tenant, number, impl.generation}, detection.fingerprint,
                                client.now_ns, sensor.window_s * kSecondNs);
      client.lost = client.lost || outcome.lost;
      acts = outcome.distinct >= sensor.threshold;
    } else if (!acts) {
      if (counts_ == nullptr) counts_ = std::make_unique<Counts>();
      // The same bytes may be a value of two detectors: their fingerprints differ, and so do their counts.
      acts = counts_->reach(sensor.threshold, number, detection.fingerprint);
    }
    matches.add({number, acts ? sensor.action : Verdict::allow});
  }
}

}  // namespace bulkhead
