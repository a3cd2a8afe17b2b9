#include "source/memory_read.hpp"

#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "source/memory_read_words.hpp"

using namespace bulkhead;

TEST_CASE("the memory read sums every byte it is given, with and without AVX2") {
  std::vector<std::uint8_t> bytes(10'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 31);
  const std::size_t steps = bytes.size() / kReadStep;
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i + 8 <= steps * kReadStep; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    expected += word;
  }
  CHECK(sum_words<1>(bytes.data(), steps) == expected);
  for (std::size_t i = steps * kReadStep; i < bytes.size(); ++i) expected += bytes[i];
  CHECK(read_all(bytes) == expected);
}
