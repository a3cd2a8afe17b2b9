#include "lane/sift.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "detect/digit_groups.hpp"
#include "detect/identity/rules.hpp"
#include "lane/cpu.hpp"
#include "lane/find_events.hpp"
#include "lane/named.hpp"

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

TEST_CASE("a sift that lists numbers leaves the same events, and lists each that a rule may have") {
  if (!cpu_has_avx512()) {
    MESSAGE("this CPU has no AVX-512: nothing lists");
    return;
  }
  std::mt19937 random(21);
  constexpr std::string_view kAlphabet = "01234567890123456789012345678901234567890123456789 -.,\"aZ(</@+_\xc3";
  detect::identity::QuietKeys quiet;
  std::size_t listed_at_all = 0, passed_over = 0;
  for (int round = 0; round < 2000; ++round) {
    detect::DetectorSet enabled = kNumbers;
    for (std::size_t n = 1 + random() % 4; n > 0; --n) enabled.add(detect::kFirstIdentity + random() % detect::identity::kRuleCount);
    const auto ends = detect::identity::number_ends_of(enabled);
    std::vector<std::uint8_t> bytes(kFindLookBack, ' ');
    while (bytes.size() < 1500) bytes.push_back(static_cast<std::uint8_t>(kAlphabet[random() % kAlphabet.size()]));
    std::vector<std::uint16_t> events(kMaxEvents);
    events.resize(find_events_scalar<Finds::all>(bytes.data() + kFindLookBack, bytes.size() - kFindLookBack - 1, events.data()));
    for (std::uint16_t& event : events) event = static_cast<std::uint16_t>(event + kFindLookBack);
    std::vector<std::uint16_t> left = events, numbers(events.size() + 1);
    std::size_t listed = 0;
    left.resize(sift_listing_avx512(bytes.data(), left.data(), left.size(), detect::numbers_wanted(enabled), ends, numbers.data(), listed));
    numbers.resize(listed);
    REQUIRE(left == left_over(sift_scalar, bytes, events, enabled));
    for (const std::uint16_t event : events) {
      std::uint16_t named;
      const bool wanted = select_named_scalar(bytes.data(), &event, 1, &named, ends, quiet) != 0;
      const bool is_listed = std::find(numbers.begin(), numbers.end(), event) != numbers.end();
      if (wanted) REQUIRE(is_listed);
      is_listed ? ++listed_at_all : ++passed_over;
    }
  }
  CHECK(listed_at_all > 1000);
  CHECK(passed_over > listed_at_all);
}

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
