#include "source/repeat_filter.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace bulkhead::sentinel;
using Answer = RepeatFilter::Answer;

namespace {

Event event(std::int64_t at_ms, std::string path = "/tmp/x") {
  Event told;
  told.policy = "p";
  told.path = std::move(path);
  told.at_ms = at_ms;
  return told;
}

}  // namespace

TEST_CASE("what was told a moment before is not told again, whoever did it") {
  RepeatFilter filter;
  CHECK(filter.ask(event(1'000)) == Answer::kTell);
  Event again = event(2'000);
  again.process = 77;
  CHECK(filter.ask(again) == Answer::kRepeated);
  CHECK(filter.ask(event(1'000 + RepeatFilter::kQuietMs)) == Answer::kTell);
}

TEST_CASE("what differs in anything that matters is told") {
  RepeatFilter filter;
  CHECK(filter.ask(event(0)) == Answer::kTell);
  CHECK(filter.ask(event(0, "/tmp/y")) == Answer::kTell);
  Event other = event(0);
  other.rule = "r";
  CHECK(filter.ask(other) == Answer::kTell);
  other.blocked = true;
  CHECK(filter.ask(other) == Answer::kTell);
  other.user = 5;
  CHECK(filter.ask(other) == Answer::kTell);
  other.access = kWrite;
  CHECK(filter.ask(other) == Answer::kTell);
}

TEST_CASE("many different events are told up to a bound, which time raises again") {
  const auto filter = std::make_unique<RepeatFilter>();
  int told = 0;
  for (int i = 0; i < 5'000; ++i) told += filter->ask(event(100'000, std::to_string(i))) == Answer::kTell ? 1 : 0;
  CHECK(told == RepeatFilter::kBurst);
  CHECK(filter->ask(event(100'000, "more")) == Answer::kTooMany);
  for (int i = 0; i < 5'000; ++i) told += filter->ask(event(101'000, "b" + std::to_string(i))) == Answer::kTell ? 1 : 0;
  CHECK(told == RepeatFilter::kBurst + RepeatFilter::kEachSecond);
}

TEST_CASE("a clock that is set back fills nothing and ends nothing") {
  const auto filter = std::make_unique<RepeatFilter>();
  CHECK(filter->ask(event(100'000)) == Answer::kTell);
  CHECK(filter->ask(event(50'000, "/other")) == Answer::kTell);
  CHECK(filter->ask(event(50'000)) == Answer::kRepeated);
}
