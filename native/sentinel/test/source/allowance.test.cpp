#include "source/allowance.hpp"

#include <doctest/doctest.h>

using namespace bulkhead::sentinel;
using namespace std::chrono_literals;

TEST_CASE("a share of the time may be used, and at once what was not used of a while") {
  const Allowance::Clock::time_point begin{1h};
  Allowance allowance;
  CHECK(allowance.next() <= begin);
  allowance.spend(50ms, begin);
  CHECK(allowance.next() <= begin);
  allowance.spend(60ms, begin);
  CHECK(allowance.next() == begin + 100ms);
  allowance.spend(1ms, begin + 100ms);
  CHECK(allowance.next() == begin + 110ms);
  allowance.spend(1ms, begin + 1h);
  CHECK(allowance.next() <= begin + 1h);
}
