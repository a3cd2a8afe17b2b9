#include "source/repeat_filter.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace bulkhead;

namespace {

struct Sample {
  std::uint64_t session = 7;
  std::uint64_t fingerprint = 99;
  std::uint16_t sensor = 1;
  DetectorIndex detector = 2;
  Verdict verdict = Verdict::alert;
  Direction direction = Direction::response;
};

bool skips(RepeatFilter& filter, const Sample& sample) {
  Detection detection;
  detection.fingerprint = sample.fingerprint;
  detection.detector = sample.detector;
  Event event{EventKind::finding, 0, 0, sample.direction, nullptr};
  event.detection = &detection;
  event.sensor = sample.sensor;
  event.verdict = sample.verdict;
  return filter.skips(event, sample.session);
}

}  // namespace

TEST_CASE("a datum that a session carries again is no news") {
  const auto filter = std::make_unique<RepeatFilter>();
  CHECK_FALSE(skips(*filter, {}));
  CHECK(skips(*filter, {}));
  CHECK(skips(*filter, {}));
  CHECK(filter->skipped() == 2);
}

TEST_CASE("whatever differs in a finding makes it news") {
  const auto filter = std::make_unique<RepeatFilter>();
  REQUIRE_FALSE(skips(*filter, {}));
  CHECK_FALSE(skips(*filter, {.session = 8}));
  CHECK_FALSE(skips(*filter, {.fingerprint = 98}));
  CHECK_FALSE(skips(*filter, {.sensor = 2}));
  CHECK_FALSE(skips(*filter, {.detector = 3}));
  CHECK_FALSE(skips(*filter, {.verdict = Verdict::block}));
  CHECK_FALSE(skips(*filter, {.direction = Direction::request}));
}

TEST_CASE("what stays below its sensor's threshold is never news") {
  const auto filter = std::make_unique<RepeatFilter>();
  CHECK(skips(*filter, {.verdict = Verdict::allow}));
  CHECK_FALSE(skips(*filter, {}));
}

TEST_CASE("data of many sessions at once are told once each") {
  const auto filter = std::make_unique<RepeatFilter>();
  std::uint64_t told = 0;
  for (int round = 0; round < 10; ++round)
    for (std::uint64_t session = 0; session < 32; ++session)
      for (std::uint64_t datum = 0; datum < 40; ++datum)
        told += skips(*filter, {.session = session, .fingerprint = datum}) ? 0 : 1;
  CHECK(told == 32 * 40);
}

TEST_CASE("recent data are remembered, however much came before") {
  const auto filter = std::make_unique<RepeatFilter>();
  std::uint64_t told = 0;
  for (std::uint64_t session = 0; session < 100'000; ++session) told += skips(*filter, {.session = session}) ? 0 : 1;
  CHECK(told == 100'000);
  CHECK(skips(*filter, {.session = 99'999}));
}
