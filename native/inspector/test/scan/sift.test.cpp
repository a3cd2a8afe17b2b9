#include "lane/sift.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "lane/cpu.hpp"
#include "lane/find_events.hpp"

using namespace bulkhead;
using namespace bulkhead::lane;

namespace {

detect::DetectorSet set_of(std::initializer_list<std::size_t> detectors) {
  detect::DetectorSet set;
  for (const std::size_t detector : detectors) set.add(detector);
  return set;
}
const detect::DetectorSet kNumbers = set_of({detect::kPaymentCard, detect::kUsSsn, detect::kPhone});

std::vector<std::uint16_t> left_over(SiftEvents sift, const std::vector<std::uint8_t>& bytes,
                                     std::vector<std::uint16_t> positions, const detect::DetectorSet& enabled) {
  positions.resize(sift(bytes.data(), positions.data(), positions.size(), detect::numbers_wanted(enabled)));
  return positions;
}

/// Whether the end of `number`, between two commas or with `after` behind it, is left over.
bool is_left(std::string_view number, const detect::DetectorSet& enabled = kNumbers, char after = ',') {
  const std::string text = std::string(kFindLookBack, ',') + std::string(number) + after + ',';
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  const auto end = static_cast<std::uint16_t>(bytes.size() - 2);
  const bool scalar = !left_over(sift_scalar, bytes, {end}, enabled).empty();
  if (cpu_has_avx2()) CHECK(!left_over(sift_avx2, bytes, {end}, enabled).empty() == scalar);
  if (cpu_has_avx512()) CHECK(!left_over(sift_avx512, bytes, {end}, enabled).empty() == scalar);
  return scalar;
}

}  // namespace

TEST_CASE("numbers that may be a datum are left for the judges") {
  CHECK(is_left("4111111111111111"));
  CHECK(is_left("378282246310005"));
  CHECK(is_left("6205500000000000004"));
  CHECK(is_left("4111 1111 1111 1111"));
  CHECK(is_left("3782-822463-10005"));
  CHECK(is_left("3056-930902-5904"));
  CHECK(is_left("123-45-6789"));
  CHECK(is_left("457555462"));
  CHECK(is_left("415-555-2671"));
  CHECK(is_left("4155552671"));
  CHECK(is_left("14155552671"));
  CHECK(is_left("user@"));
}

TEST_CASE("an '@' is left for the judges behind a byte that ends a local part or a password, and only there") {
  CHECK(is_left("user", kNumbers, '@'));
  CHECK(is_left("_", kNumbers, '@'));
  CHECK(is_left("1234567890123", kNumbers, '@'));
  CHECK(is_left("pass!", kNumbers, '@'));
  CHECK(is_left("", kNumbers, '@'));  // behind the comma
  CHECK_FALSE(is_left(" ", kNumbers, '@'));
  CHECK_FALSE(is_left("user\xff", kNumbers, '@'));
  CHECK_FALSE(is_left("user\"", kNumbers, '@'));
}

TEST_CASE("numbers with the wrong check digit, start, length or grouping are turned away") {
  CHECK_FALSE(is_left("4111111111111112"));
  CHECK_FALSE(is_left("7111111111111111"));
  CHECK_FALSE(is_left("62055000000000000049"));
  CHECK_FALSE(is_left("957555462"));
  CHECK_FALSE(is_left("1155552671"));
  CHECK_FALSE(is_left("12345-6789"));
  CHECK_FALSE(is_left("1234-5678-9012"));
}

TEST_CASE("numbers that only a disabled detector would want are turned away") {
  CHECK_FALSE(is_left("4111111111111111", set_of({detect::kUsSsn, detect::kPhone})));
  CHECK_FALSE(is_left("4111 1111 1111 1111", set_of({detect::kUsSsn, detect::kPhone})));
  CHECK_FALSE(is_left("123-45-6789", set_of({detect::kPaymentCard, detect::kPhone})));
  CHECK_FALSE(is_left("415-555-2671", set_of({detect::kPaymentCard, detect::kUsSsn})));
}

TEST_CASE("the sifts for AVX2 and AVX-512 leave the same events over as the scalar one") {
  std::vector<SiftEvents> others;
  if (cpu_has_avx2()) others.push_back(sift_avx2);
  if (cpu_has_avx512()) others.push_back(sift_avx512);
  if (others.empty()) {
    MESSAGE("skipped: this CPU has no AVX2: nothing to compare");
    return;
  }
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "0123456789012345678901234567890123456789 --.@+(aZ\xff";
  std::size_t kept = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint8_t> bytes(kFindLookBack + 512);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(kAlphabet[random() % kAlphabet.size()]);
    // Every byte is offered, not only events: they have to agree wherever they are asked. At times it is an
    // odd number of them.
    std::vector<std::uint16_t> positions;
    for (std::size_t at = kFindLookBack + random() % 3; at < bytes.size(); ++at)
      positions.push_back(static_cast<std::uint16_t>(at));
    detect::DetectorSet enabled;
    for (const std::size_t detector : {detect::kPaymentCard, detect::kUsSsn, detect::kPhone})
      if (random() % 4 != 0) enabled.add(detector);
    const auto scalar = left_over(sift_scalar, bytes, positions, enabled);
    for (const SiftEvents other : others) REQUIRE(left_over(other, bytes, positions, enabled) == scalar);
    kept += scalar.size();
  }
  CHECK(kept > 0);
}
