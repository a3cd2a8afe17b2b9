#include <thread>

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
  SensorState::Client nobody;
  state.judge(program, d, direction, matches, nobody);
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

namespace {

/// What a sensor with threshold 3 within ten seconds says of a value shown by a client.
struct Windowed {
  std::shared_ptr<const Program> program = [] {
    SensorSpec spec = sensor("window", Verdict::block, 3);
    spec.window_s = 10;
    return compile({spec});
  }();
  ClientWindows windows{1, 2};

  Verdict show(std::uint8_t client, std::uint64_t value, std::uint64_t second) {
    SensorState session;  // each value in a session of its own
    SensorMatches matches;
    SensorState::Client of{&windows, {}, 0, second * 1'000'000'000};
    of.address.bytes[15] = client;
    session.judge(*program, detection(0, value), Direction::request, matches, of);
    return matches.strictest();
  }
};

}  // namespace

TEST_CASE("a sensor with a window counts what all sessions of a client showed, and no other client's") {
  Windowed state;
  CHECK(state.show(1, 100, 0) == Verdict::allow);
  CHECK(state.show(1, 101, 1) == Verdict::allow);
  CHECK(state.show(1, 101, 2) == Verdict::allow);
  CHECK(state.show(2, 102, 2) == Verdict::allow);
  CHECK(state.show(1, 102, 3) == Verdict::block);
}

TEST_CASE("a window slides: values older than it do not count any more") {
  Windowed state;
  CHECK(state.show(1, 100, 0) == Verdict::allow);
  CHECK(state.show(1, 101, 6) == Verdict::allow);
  CHECK(state.show(1, 102, 12) == Verdict::allow);  // the first is gone
  CHECK(state.show(1, 103, 13) == Verdict::block);
  CHECK(state.show(1, 104, 60) == Verdict::allow);
}

TEST_CASE("the windows of more clients than are remembered stay bounded, and say what was lost") {
  ClientWindows windows(3, 4);
  bool lost = false;
  for (std::uint32_t client = 0; client < 3 * ClientWindows::kClients; ++client) {
    ClientKey key;
    for (std::size_t i = 0; i < 4; ++i) key.client.bytes[i] = static_cast<std::uint8_t>(client >> (8 * i));
    const ClientWindows::Outcome outcome = windows.count(key, 1, client, 1'000'000'000);
    CHECK(outcome.distinct == 1);
    lost = lost || outcome.lost;
  }
  CHECK(lost);
  const ClientKey one;
  for (std::uint64_t value = 0; value < 3 * ClientWindows::kValues; ++value)
    CHECK(windows.count(one, value, 20'000 + value, 1'000'000'000).distinct <= ClientWindows::kValues);
}

TEST_CASE("windows are asked by many threads at once, and no value is counted twice or lost") {
  ClientWindows windows(5, 6);
  ClientKey key;
  key.sensor = 1;
  std::vector<std::thread> threads;
  for (std::uint64_t first = 0; first < 4; ++first)
    threads.emplace_back([&, first] {
      for (std::uint64_t value = 0; value < 30; ++value) windows.count(key, 10 * first + value, 1'000, 1'000'000'000);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(windows.count(key, 0, 1'000, 1'000'000'000).distinct == 60);
}
