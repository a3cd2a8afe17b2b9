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

TEST_CASE("a datum longer than one patch is remembered whole") {
  MaskedRanges ranges;
  const std::string long_datum(MaskedRanges::kPatch + 10, '*');
  ranges.remember(5, bytes_of(long_datum));

  CHECK(applied(ranges, 5, std::string(long_datum.size(), 'x')) == long_datum);
}

}  // namespace bulkhead::test
