#include "decide/sensor_state.hpp"

#include "scan/scan_support.hpp"

using namespace bulkhead;

namespace {

std::shared_ptr<const Program> compile(std::vector<SensorSpec> sensors) {
  ProgramError error{};
  std::string message;
  return Program::compile({std::move(sensors), {}}, error, message);
}

SensorSpec sensor(std::string name, Verdict action, std::uint32_t threshold = 1,
                  DirectionScope direction = DirectionScope::both, Confidence least = Confidence::medium) {
  return {std::move(name), {"payment-card", "us-ssn"}, least, threshold, action, direction};
}

Detection detection(DetectorIndex detector, std::uint64_t fingerprint, Confidence confidence = Confidence::high) {
  Detection d;
  d.detector = detector;
  d.confidence = confidence;
  d.fingerprint = fingerprint;
  return d;
}

SensorMatches judge(SensorState& state, const Program& program, const Detection& d,
                    Direction direction = Direction::request) {
  SensorMatches matches;
  state.judge(program, d, direction, matches);
  return matches;
}

}  // namespace

TEST_CASE("every sensor that names the detector gets one match, and the strictest verdict wins") {
  const auto program = compile({sensor("watch", Verdict::alert), sensor("stop", Verdict::block)});
  SensorState state;

  const SensorMatches matches = judge(state, *program, detection(0, 1));

  CHECK(matches.size() == 2);
  CHECK(matches.begin()[0].sensor == 0);
  CHECK(matches.begin()[0].verdict == Verdict::alert);
  CHECK(matches.begin()[1].sensor == 1);
  CHECK(matches.strictest() == Verdict::block);
}

TEST_CASE("a sensor ignores other detectors, lower confidence and the other direction") {
  const auto program = compile({sensor("requests", Verdict::block, 1, DirectionScope::request)});
  SensorState state;

  CHECK(judge(state, *program, detection(3, 1)).size() == 0);
  CHECK(judge(state, *program, detection(0, 1, Confidence::low)).size() == 0);
  CHECK(judge(state, *program, detection(0, 1), Direction::response).size() == 0);
  CHECK(judge(state, *program, detection(0, 1, Confidence::medium)).size() == 1);
  CHECK(judge(state, *program, detection(60'000, 1)).size() == 0);
}

TEST_CASE("a threshold counts distinct values, not repetitions") {
  const auto program = compile({sensor("bulk", Verdict::block, 3)});
  SensorState state;

  CHECK(judge(state, *program, detection(0, 1)).strictest() == Verdict::allow);
  CHECK(judge(state, *program, detection(0, 1)).strictest() == Verdict::allow);
  CHECK(judge(state, *program, detection(1, 2)).strictest() == Verdict::allow);
  CHECK(judge(state, *program, detection(0, 3)).strictest() == Verdict::block);
  CHECK(judge(state, *program, detection(0, 1)).strictest() == Verdict::block);
}

TEST_CASE("thresholds beyond what is remembered are still reached") {
  const auto program = compile({sensor("bulk", Verdict::block, 100)});
  SensorState state;

  for (std::uint64_t value = 1; value < 100; ++value)
    CHECK(judge(state, *program, detection(0, value)).strictest() == Verdict::allow);
  CHECK(judge(state, *program, detection(0, 100)).strictest() == Verdict::block);
}

TEST_CASE("another program starts counting anew") {
  const auto first = compile({sensor("bulk", Verdict::block, 2)});
  const auto second = compile({sensor("bulk", Verdict::block, 2)});
  SensorState state;

  CHECK(judge(state, *first, detection(0, 1)).strictest() == Verdict::allow);
  CHECK(judge(state, *second, detection(0, 2)).strictest() == Verdict::allow);
  CHECK(judge(state, *second, detection(0, 3)).strictest() == Verdict::block);
}
