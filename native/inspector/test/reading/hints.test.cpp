#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "lane/cpu.hpp"
#include "reading/escape.hpp"
#include "reading/hint_tables.hpp"
#include "reading/hints.hpp"

using namespace bulkhead;
using namespace bulkhead::reading;

namespace {

std::vector<std::uint8_t> noise(std::mt19937& random, std::size_t size) {
  constexpr std::string_view letters = "%\\&=<+ux#n34ab \r\n\"-_/AZ\xef\xbc\x94\xc2\xa0\xe2\x80\xe3";
  std::vector<std::uint8_t> bytes(size);
  const unsigned kind = random() % 3;
  for (std::uint8_t& byte : bytes) {
    const auto any = static_cast<std::uint8_t>(random());
    const auto letter = static_cast<std::uint8_t>(letters[random() % letters.size()]);
    byte = kind == 0 ? any : kind == 1 ? letter : random() % 20 == 0 ? letter : random() % 40 == 0 ? 0 : 'a' + any % 26;
  }
  return bytes;
}

std::vector<std::size_t> hints(FindHints find, const std::vector<std::uint8_t>& bytes, const std::vector<std::size_t>& cuts) {
  std::vector<std::size_t> all;
  HintHistory history;
  std::size_t from = 0;
  const auto give = [&](std::size_t to) {
    while (from < to) {
      const std::size_t size = std::min(to - from, kHintChunk);
      const std::vector<std::uint8_t> span(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                           bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
      std::vector<std::uint16_t> found(kMaxHints);
      const std::size_t count = find(span.data(), size, history, found.data());
      for (std::size_t i = 0; i < count; ++i) all.push_back(from + found[i]);
      from += size;
    }
  };
  for (const std::size_t cut : cuts) give(cut);
  give(bytes.size());
  return all;
}

}  // namespace

TEST_CASE("hints are the same however the bytes were cut, with and without vectors") {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    const auto bytes = noise(random, 1 + random() % 6000);
    const auto whole = hints(find_hints_scalar, bytes, {});
    std::vector<std::size_t> cuts;
    for (std::size_t n = random() % 60; n > 0; --n) cuts.push_back(random() % bytes.size());
    std::sort(cuts.begin(), cuts.end());
    CAPTURE(round);
    REQUIRE(hints(find_hints_scalar, bytes, cuts) == whole);
    if (lane::cpu_has_avx2()) {
      const auto wide = hints(find_hints_avx2, bytes, cuts);
      REQUIRE(std::includes(wide.begin(), wide.end(), whole.begin(), whole.end()));
    }
    if (lane::cpu_has_avx512()) REQUIRE(hints(find_hints_avx512, bytes, cuts) == whole);
  }
}

TEST_CASE("every escape has a hint on its first or second byte") {
  std::mt19937 random(6);
  for (int round = 0; round < 300; ++round) {
    const auto bytes = noise(random, 2000);
    const auto found = hints(find_hints_scalar, bytes, {});
    for (std::size_t at = 1; at < bytes.size(); ++at) {
      const Bytes rest = Bytes(bytes).subspan(at);
      if (escape_at(rest, {bytes[at - 1], 0}, true).state != Escape::State::found) continue;
      CAPTURE(at);
      const bool first = std::binary_search(found.begin(), found.end(), at);
      REQUIRE((first || std::binary_search(found.begin(), found.end(), at + 1)));
    }
  }
}

TEST_CASE("a run is told of once, by its sixteenth letter") {
  for (const std::size_t size : {15U, 16U, 17U, 64U, 200U, 5000U}) {
    for (const std::size_t before : {0U, 1U, 50U, 63U, 64U, 4090U}) {
      std::vector<std::uint8_t> bytes(before, ' ');
      bytes.insert(bytes.end(), size, 'x');
      bytes.push_back(' ');
      const auto found = hints(find_hints_scalar, bytes, {});
      CAPTURE(size);
      CAPTURE(before);
      if (size < kRunHint) {
        CHECK(found.empty());
      } else {
        CHECK(found == std::vector<std::size_t>{before + kRunHint - 1});
      }
    }
  }
}
