#include "lane/named.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "detect/candidate.hpp"
#include "detect/identity/written.hpp"
#include "lane/find_events.hpp"

using namespace bulkhead;
using namespace bulkhead::lane;
using detect::identity::NumberEnds;
using detect::identity::QuietKeys;

namespace {

/// What every rule together asks for.
NumberEnds every_rule() {
  detect::DetectorSet enabled;
  for (std::size_t rule = 0; rule < detect::identity::kRuleCount; ++rule) enabled.add(detect::kFirstIdentity + rule);
  return detect::identity::number_ends_of(enabled);
}
const NumberEnds kEvery = every_rule();

std::vector<std::uint16_t> selected(SelectNamed select, const std::string& text,
                                    const std::vector<std::uint16_t>& positions, QuietKeys& quiet,
                                    const NumberEnds& ends = kEvery) {
  std::vector<std::uint16_t> named(positions.size() + 1);
  named.resize(select(reinterpret_cast<const std::uint8_t*>(text.data()), positions.data(), positions.size(),
                      named.data(), ends, quiet));
  return named;
}

/// Whether the number that ends `text` is selected.
bool is_selected(const std::string& text, const QuietKeys& known, char after = ',') {
  QuietKeys quiet = known;
  const std::string padded = std::string(kNamedLookBack, '\n') + text + after;
  const std::vector<std::uint16_t> end{static_cast<std::uint16_t>(padded.size() - 1)};
  const bool scalar = !selected(select_named_scalar, padded, end, quiet).empty();
  if (cpu_has_avx2()) CHECK(!selected(select_named_avx2, padded, end, quiet).empty() == scalar);
  if (cpu_has_avx512()) CHECK(!selected(select_named_avx512, padded, end, quiet).empty() == scalar);
  return scalar;
}

QuietKeys knowing(const std::string& text) {
  const std::string padded = std::string(kNamedLookBack, '\n') + text;
  QuietKeys quiet;
  QuietKeys::Entry key;
  REQUIRE(QuietKeys::read(reinterpret_cast<const std::uint8_t*>(padded.data()) + padded.size(), key));
  quiet.add(key);
  return quiet;
}

}  // namespace

TEST_CASE("numbers that words may name are selected by their length and their neighbours") {
  const QuietKeys none;
  CHECK(is_selected("pesel 44051401359", none));
  CHECK(is_selected("12345678", none, 'Z'));
  CHECK_FALSE(is_selected("id 12", none));
  CHECK_FALSE(is_selected("1234567890123456789", none));
  CHECK_FALSE(is_selected("abc123456", none));
  CHECK_FALSE(is_selected("123456", none, 'f'));
  CHECK_FALSE(is_selected("SKU-1234567890123", none));
  CHECK(is_selected("- 1234567890123", none));
}

TEST_CASE("a quiet key turns its values away, in its own writing and no other key's") {
  const QuietKeys quiet = knowing(R"("orderId":")");
  CHECK_FALSE(is_selected(R"({"x":1,"orderId":"44051401359)", quiet, '"'));
  CHECK(is_selected(R"({"orderId":44051401359)", quiet));
  CHECK(is_selected(R"({"xorderId":"44051401359)", quiet, '"'));
  CHECK(is_selected(R"({"orderIds":"44051401359)", quiet, '"'));
}

TEST_CASE("a key that ends as a quiet one does is not taken for it, whatever was guessed before") {
  QuietKeys quiet = knowing(R"("customerId":")");
  const std::string values = R"({"customerId":"44051401359","pesel_customerId":"44051401359","customerId":"44051401359")";
  const std::string text = std::string(kNamedLookBack, '\n') + values;
  std::vector<std::uint16_t> ends;
  for (std::size_t at = text.find("359"); at != std::string::npos; at = text.find("359", at + 1)) ends.push_back(static_cast<std::uint16_t>(at + 3));
  REQUIRE(ends.size() == 3);
  std::vector<SelectNamed> all = {select_named_scalar};
  if (cpu_has_avx2()) all.push_back(select_named_avx2);
  if (cpu_has_avx512()) all.push_back(select_named_avx512);
  for (const SelectNamed select : all)
    for (int round = 0; round < 3; ++round) CHECK(selected(select, text, ends, quiet) == std::vector<std::uint16_t>{ends[1]});
}

TEST_CASE("what has no key is behind no quiet one, whatever its bytes are") {
  QuietKeys quiet;
  for (const char byte : {'\0', '0', '\xff', ' ', '"'}) {
    const std::string text = std::string(kNamedLookBack, byte == '0' ? ' ' : byte) + (byte == '0' ? std::string(14, '0') + ' ' : "") + "44051401359,";
    const std::vector<std::uint16_t> end{static_cast<std::uint16_t>(text.size() - 1)};
    CHECK(selected(select_named_scalar, text, end, quiet) == end);
    if (cpu_has_avx2()) CHECK(selected(select_named_avx2, text, end, quiet) == end);
    if (cpu_has_avx512()) CHECK(selected(select_named_avx512, text, end, quiet) == end);
  }
}

TEST_CASE("numbers that may need no word are selected behind a quiet key too") {
  const QuietKeys quiet = knowing(R"("orderId":")");
  CHECK(is_selected(R"({"orderId":"360426199101010071)", quiet, '"'));
  CHECK(is_selected(R"({"orderId":"36042619910101007)", quiet, 'X'));
  for (std::size_t digits = 0; digits <= kMaxNamedDigits; ++digits)
    CHECK(detect::identity::digits_may_stand_alone(digits) == (digits == kAloneDigits));
}

TEST_CASE("the selections for AVX2 and AVX-512 are the scalar one") {
  if (!cpu_has_avx2()) {
    MESSAGE("this CPU has no AVX2: nothing to compare");
    return;
  }
  std::mt19937 random(5);
  constexpr std::string_view kAlphabet = "0123456789012345678901234567890123456789\"\"\":: ,aZ-.(/<";
  QuietKeys quiet = knowing(R"("a":)");
  std::size_t count = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text(kNamedLookBack + 512, '\n');
    for (std::size_t i = kNamedLookBack; i < text.size(); ++i) text[i] = kAlphabet[random() % kAlphabet.size()];
    std::vector<std::uint16_t> positions;
    for (std::size_t at = kNamedLookBack; at + 1 < text.size(); ++at) {
      positions.push_back(static_cast<std::uint16_t>(at));
      QuietKeys::Entry key;
      if (random() % 8 == 0 && QuietKeys::read(reinterpret_cast<const std::uint8_t*>(text.data()) + at, key)) quiet.add(key);
    }
    NumberEnds ends = kEvery;
    for (std::uint8_t& ways : ends.by_length)
      if (random() % 2 == 0) ways = static_cast<std::uint8_t>(ways & random());
    for (std::uint32_t& groups : ends.groups_before)
      if (random() % 2 == 0) groups = random() % 4 == 0 ? ~0U : static_cast<std::uint32_t>(random() & 0x3ff);
    const auto scalar = selected(select_named_scalar, text, positions, quiet, ends);
    REQUIRE(selected(select_named_avx2, text, positions, quiet, ends) == scalar);
    if (cpu_has_avx512()) REQUIRE(selected(select_named_avx512, text, positions, quiet, ends) == scalar);
    count += scalar.size();
  }
  CHECK(count > 0);
}
