#include "source/shared_total.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

using namespace bulkhead::sentinel;

TEST_CASE("half of a total is for who comes first, and the rest for shares") {
  SharedTotal total(1'024);
  CHECK(total.take(0, 512));
  CHECK_FALSE(total.take(512, 1));
  CHECK(total.take(0, 1));
  CHECK(total.take(1, 1));
  CHECK_FALSE(total.take(2, 1));
  CHECK_FALSE(total.take(0, 3));
  CHECK(total.taken() == 514);
  total.give_back(3);
  CHECK(total.take(512, 1));
  CHECK_FALSE(total.take(513, 1));
}

TEST_CASE("there is no more than all, however many take their shares") {
  SharedTotal total(1'024);
  CHECK(total.take(0, 512));
  for (int i = 0; i < 256; ++i) CHECK(total.take(0, 2));
  CHECK_FALSE(total.take(0, 1));
  CHECK_FALSE(total.take(0, std::size_t{0} - 1));
  CHECK(total.taken() == 1'024);
}

TEST_CASE("none of 256 is refused what is within its share, whatever the others take and give back") {
  std::mt19937 random(42);
  for (int round = 0; round < 60; ++round) {
    const std::size_t share = 1 + random() % 64;
    const std::size_t most = SharedTotal::kShares * share + random() % SharedTotal::kShares;
    SharedTotal total(most);
    std::vector<std::size_t> own(1 + random() % 256);
    const std::size_t greedy = 1 + random() % own.size();
    std::size_t refused = 0;
    for (int step = 0; step < 20'000; ++step) {
      const std::size_t at = random() % own.size();
      if (random() % 64 == 0) {
        const std::size_t gone = random() % 4 == 0 ? own[at] : random() % (own[at] + 1);
        total.give_back(gone);
        own[at] -= gone;
        continue;
      }
      const std::size_t more = 1 + random() % (at < greedy ? 8 * share : share);
      if (total.take(own[at], more)) {
        own[at] += more;
        continue;
      }
      ++refused;
      CHECK(own[at] + more > share);
    }
    const std::size_t sum = std::accumulate(own.begin(), own.end(), std::size_t{0});
    CHECK(total.taken() == sum);
    CHECK(sum <= most);
    CHECK(refused > 0);
  }
}

TEST_CASE("threads that take at once take no more than there is") {
  SharedTotal total(10 * SharedTotal::kShares);
  std::vector<std::size_t> own(4);
  std::vector<std::thread> threads;
  for (std::size_t& mine : own) {
    threads.emplace_back([&total, &mine] {
      for (int i = 0; i < 10'000; ++i) {
        if (total.take(mine, 1)) ++mine;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::size_t sum = std::accumulate(own.begin(), own.end(), std::size_t{0});
  CHECK(total.taken() == sum);
  // The half, and a share of each at most.
  CHECK(sum >= 5 * SharedTotal::kShares);
  CHECK(sum <= 5 * SharedTotal::kShares + 4 * 10);
  CHECK(*std::ranges::min_element(own) >= 10);
}
