#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "engine/masking.hpp"

namespace bulkhead::test {
namespace {

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string applied(const MaskedRanges& ranges, std::uint32_t sequence, std::string payload) {
  ranges.apply(sequence, {reinterpret_cast<std::uint8_t*>(payload.data()), payload.size()});
  return payload;
}

}  // namespace

TEST_CASE("a remembered range is written over again wherever a segment repeats part of it") {
  MaskedRanges ranges;
  ranges.remember(1'000, bytes_of("****1111"));

  CHECK(applied(ranges, 998, "ab41111111cd") == "ab****1111cd");
  CHECK(applied(ranges, 1'002, "111111cd") == "**1111cd");
  CHECK(applied(ranges, 996, "abcd41") == "abcd**");
  CHECK(applied(ranges, 2'000, "41111111") == "41111111");
}

TEST_CASE("remembered ranges hold across the wrap-around of sequence numbers") {
  MaskedRanges ranges;
  ranges.remember(0xffff'fffe, bytes_of("****"));

  CHECK(applied(ranges, 0xffff'fffc, "ab1234cd") == "ab****cd");
  CHECK(applied(ranges, 0, "34cd") == "**cd");
}

TEST_CASE("once ranges were forgotten, segments that reach back to them may leak and say so") {
  MaskedRanges ranges;
  for (std::uint32_t i = 0; i < MaskedRanges::kRemembered; ++i) ranges.remember(i * 100, bytes_of("**"));
  CHECK_FALSE(ranges.may_leak(0));

  ranges.remember(MaskedRanges::kRemembered * 100, bytes_of("**"));

  CHECK(ranges.may_leak(0));
  CHECK(ranges.may_leak(1));
  CHECK_FALSE(ranges.may_leak(2));
  CHECK_FALSE(ranges.may_leak(100));
}

TEST_CASE("what lies a window back is forgotten for good: its numbers come round to other bytes") {
  for (const std::uint32_t start : {1'000U, 0x7fff'ff00U, 0xffff'ff00U}) {
    CAPTURE(start);
    MaskedRanges ranges;
    for (std::uint32_t i = 0; i <= MaskedRanges::kRemembered; ++i) ranges.remember(start + i * 100, bytes_of("**"));
    ranges.reached(start);
    CHECK(applied(ranges, start + 100, "ab") == "**");
    CHECK(ranges.may_leak(start));
    constexpr std::uint32_t kStep = 1U << 24;
    for (std::uint32_t gone = 0; gone < 1U << 30; gone += kStep) ranges.reached(start + gone);
    CHECK(applied(ranges, start + 100, "ab") == "**");
    CHECK(ranges.may_leak(start));
    for (std::uint64_t gone = 1U << 30; gone < 1ULL << 32; gone += kStep) {
      ranges.reached(start + static_cast<std::uint32_t>(gone));
      if (gone > 5ULL << 28) REQUIRE_FALSE(ranges.may_leak(start + static_cast<std::uint32_t>(gone)));
    }
    CHECK(applied(ranges, start + 100, "ab") == "ab");
    ranges.remember(start, bytes_of("**"));
    CHECK(applied(ranges, start, "ab") == "**");
    CHECK_FALSE(ranges.may_leak(start - 100));
  }
}

TEST_CASE("a datum longer than one patch is remembered whole") {
  MaskedRanges ranges;
  const std::string long_datum(MaskedRanges::kPatch + 10, '*');
  ranges.remember(5, bytes_of(long_datum));

  CHECK(applied(ranges, 5, std::string(long_datum.size(), 'x')) == long_datum);
}

}  // namespace bulkhead::test
