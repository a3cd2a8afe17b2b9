#include <doctest/doctest.h>

#include <cstddef>
#include <random>

#include "detect/detector_set.hpp"

using bulkhead::detect::DetectorSet;

TEST_CASE("a set has one of a range exactly if it has one of the range's detectors") {
  std::mt19937 random(41);
  for (int round = 0; round < 200; ++round) {
    DetectorSet set;
    for (std::size_t n = random() % 4; n > 0; --n) set.add(random() % DetectorSet::kCapacity);
    for (std::size_t from = 0; from <= DetectorSet::kCapacity; from += 1 + random() % 9) {
      bool any = false;
      for (std::size_t to = from; to <= DetectorSet::kCapacity; ++to) {
        REQUIRE(set.any_of(from, to) == any);
        any = any || (to < DetectorSet::kCapacity && set.has(to));
      }
    }
  }
}
