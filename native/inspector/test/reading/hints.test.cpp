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

std::string encoded(const std::string& text, bool hex) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  const unsigned width = hex ? 4 : 6;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (count += 8; count >= width; count -= width) {
      const unsigned value = bits >> (count - width) & ((1U << width) - 1);
      out += hex ? "0123456789abcdef"[value] : letters[value];
    }
  }
  return out;
}

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

/// Bytes that are no text, with runs of letters among them: some at the edges of blocks, and of eight blocks.
std::vector<std::uint8_t> noise_with_runs(std::mt19937& random, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  for (std::size_t n = size / 300; n > 0; --n) {
    const std::string run = encoded("eJ" + std::string(2 + random() % 30, "a4 \x01"[random() % 4]), random() % 2 == 0);
    const std::size_t edge = random() % 2 == 0 ? random() % size : random() % size / 512 * 512;
    const std::size_t from = edge - std::min(edge, random() % (run.size() + 2));
    for (std::size_t i = 0; i < run.size() && from + i < size; ++i) bytes[from + i] = static_cast<std::uint8_t>(run[i]);
  }
  return bytes;
}

struct Found {
  std::vector<std::size_t> escapes, runs;
  bool operator==(const Found&) const = default;
};

Found hints(FindHints find, const std::vector<std::uint8_t>& bytes, const std::vector<std::size_t>& cuts) {
  Found all;
  Hints found;
  std::size_t from = 0;
  const auto give = [&](std::size_t to) {
    while (from < to) {
      const std::size_t size = std::min(to - from, kHintChunk);
      const std::vector<std::uint8_t> span(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                           bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
      find(span.data(), size, Bytes(bytes).first(from).last(std::min(from, kHintBlock)), found);
      for (std::size_t i = 0; i < found.escape_count; ++i) all.escapes.push_back(from + found.escapes[i]);
      for (std::size_t i = 0; i < found.run_count; ++i) all.runs.push_back(from + (found.runs[i] & ~kPackedRun));
      from += size;
    }
  };
  for (const std::size_t cut : cuts) give(cut);
  give(bytes.size());
  return all;
}

bool has(const std::vector<std::size_t>& places, std::size_t place) {
  return std::binary_search(places.begin(), places.end(), place);
}

}  // namespace

TEST_CASE("hints are the same however the bytes were cut, with and without vectors") {
  std::mt19937 random(5);
  for (int round = 0; round < 600; ++round) {
    const std::size_t size = 1 + random() % 6000;
    const auto bytes = round % 3 == 0 ? noise_with_runs(random, size) : noise(random, size);
    const auto whole = hints(find_hints_scalar, bytes, {});
    std::vector<std::size_t> cuts;
    for (std::size_t n = random() % 60; n > 0; --n) cuts.push_back(random() % bytes.size());
    std::sort(cuts.begin(), cuts.end());
    CAPTURE(round);
    REQUIRE(hints(find_hints_scalar, bytes, cuts) == whole);
    if (lane::cpu_has_avx2()) {
      const auto wide = hints(find_hints_avx2, bytes, cuts);
      REQUIRE(std::includes(wide.escapes.begin(), wide.escapes.end(), whole.escapes.begin(), whole.escapes.end()));
      REQUIRE(std::includes(wide.runs.begin(), wide.runs.end(), whole.runs.begin(), whole.runs.end()));
    }
    if (lane::cpu_has_avx512()) REQUIRE(hints(find_hints_avx512, bytes, cuts) == whole);
  }
}

TEST_CASE("every escape has a hint on its first or second byte") {
  std::mt19937 random(6);
  for (int round = 0; round < 600; ++round) {
    const auto bytes = noise(random, 2000);
    const auto found = hints(find_hints_scalar, bytes, {}).escapes;
    for (std::size_t at = 1; at < bytes.size(); ++at) {
      const Bytes rest = Bytes(bytes).subspan(at);
      if (escape_at(rest, {bytes[at - 1], 0}, true).state != Escape::State::found) continue;
      CAPTURE(at);
      REQUIRE((has(found, at) || has(found, at + 1)));
    }
  }
}

TEST_CASE("whole groups of an encoded text have a hint on their last letter, at whatever place they begin") {
  std::mt19937 random(7);
  for (int round = 0; round < 600; ++round) {
    std::string text(16 + random() % 200, ' ');
    for (char& c : text) c = static_cast<char>(0x20 + random() % 0x5f);
    const bool hex = random() % 2 == 0;
    const std::string letters = encoded(text, hex);
    auto bytes = noise(random, random() % 200);
    const std::size_t from = bytes.size();
    bytes.insert(bytes.end(), letters.begin(), letters.end());
    const auto found = hints(best_find_hints(), bytes, {random() % bytes.size()}).runs;
    const std::size_t group = hex ? 2 : 4, least = hex ? kHexHint : kRunHint;
    for (std::size_t end = least; end <= letters.size(); end += group) {
      CAPTURE(round);
      CAPTURE(end);
      REQUIRE(has(found, from + end - 1));
    }
  }
}

TEST_CASE("what may be compressed has a hint on the sixteenth letter of its run") {
  for (const std::string_view start : {"H4sI", "KLUv", "1f8b08", "1F8B08", "28b52ffd", "eJ", "eN", "eA", "eF"}) {
    for (const std::size_t before : {0U, 1U, 50U, 63U, 64U, 4090U}) {
      std::vector<std::uint8_t> bytes(before, ' ');
      bytes.insert(bytes.end(), start.begin(), start.end());
      bytes.insert(bytes.end(), 40, '8');  // no text either
      CAPTURE(start);
      CAPTURE(before);
      CHECK(hints(best_find_hints(), bytes, {}).runs == std::vector<std::size_t>{before + kRunHint - 1});
    }
  }
}

TEST_CASE("identifiers have no hint") {
  const std::string_view text =
      R"({"id":"9020559355685467","trace":"2566125177234ab513deeb246f84f768","request":"cc3f2151-2040-a609-0616-5788d672bcca"})";
  const auto found = hints(best_find_hints(), {text.begin(), text.end()}, {});
  CHECK(found.runs.empty());
  CHECK(found.escapes.empty());
}
