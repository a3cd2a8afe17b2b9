#include "reading/hints_in_text.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "lane/cpu.hpp"
#include "lane/text_is_rare.hpp"
#include "reading/escape.hpp"
#include "reading/reading_support.hpp"
#include "reading/text_around.hpp"

using namespace bulkhead;
using namespace bulkhead::reading;
using namespace bulkhead::test;

namespace {

using namespace std::string_literals;

/// Bytes that are no text, and among them a few characters in a row of which some are escapes.
std::string noise(std::mt19937& random, std::size_t size) {
  static const std::string kPieces[] = {
      "%40", "%u0041", "\\u0040", "\\\\x41", "&#64;", "&commat;", "&nbsp;", "=3D", "=\r\n", "1<b>", "1</b", "1<b \x01>", "1+1",
      "\xc2\xa0", "\xd9\xa4", "\xe2\x80\x8b", "\xef\xbc\x94", "\xf0\x9d\x9f\x92", "4\xe3\x80\x80", "\xc3\xa9", "\xe6\x97\xa5",
      "\xf0\x9f\x98\x80", "a\0b\0c\0"s, "a\0\0\0b\0\0\0"s, "a", "1", " ", "\t", "\x7f", "\x80", "\xc2", "\xc1\x80"};
  std::string bytes;
  while (bytes.size() < size) {
    const bool text = random() % 40 == 0;
    for (std::size_t n = text ? 1 + random() % 7 : 0; n > 0; --n) bytes += kPieces[random() % std::size(kPieces)];
    for (std::size_t n = random() % 6; n > 0; --n) bytes += static_cast<char>(random() % 3 == 0 ? random() % 0x20 : random());
  }
  bytes.resize(size);
  return bytes;
}

struct Found {
  std::vector<std::size_t> escapes, runs;
};
Found hints(FindHints find, const std::vector<std::uint8_t>& chunk, Bytes before) {
  Hints found;
  find(chunk.data(), chunk.size(), before, found);
  return {{found.escapes.begin(), found.escapes.begin() + static_cast<std::ptrdiff_t>(found.escape_count)},
          {found.runs.begin(), found.runs.begin() + static_cast<std::ptrdiff_t>(found.run_count)}};
}

/// Whether Reading would make nothing of what begins at `at`.
bool is_nothing(Bytes all, std::size_t at) {
  if (!may_begin_escape(all[at])) return true;
  const Bytes rest = all.subspan(at);
  const bool final = rest.size() >= kLongestEscape;
  const Before in_front{at > 0 ? all[at - 1] : std::uint8_t{0}, 0};
  Escape escape = escape_at(rest, in_front, final);
  if (needs_text(escape, in_front)) escape = if_in_text(escape, all.first(at).last(std::min(at, kTextAroundBytes)), rest, final);
  return escape.state == Escape::State::none;
}

/// Checks that of all hints of escapes, which `find` finds, `find_in_text` leaves out only what comes to nothing, and no hint of a run.
void check_in_text(FindHints find, FindHints find_in_text) {
  std::mt19937 random(41);
  std::size_t kept = 0, left_out = 0, runs = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = noise(random, lane::kTextSearchFrom + random() % (kHintChunk - lane::kTextSearchFrom + 100));
    if (round % 5 == 0) text.replace(random() % (text.size() - 100), 40, "NDExMTExMTExMTExMTExMTExMTExMTExMTExMTEx");
    const std::vector<std::uint8_t> all(text.begin(), text.end());
    const std::size_t least = all.size() - std::min(all.size(), kHintChunk), most = all.size() - lane::kTextSearchFrom;
    const std::size_t from = std::max(least, std::min(most, random() % 90));
    // Heap blocks of their own: a sanitizer sees one byte too many on either side.
    const std::vector<std::uint8_t> chunk(all.begin() + static_cast<std::ptrdiff_t>(from), all.end());
    const std::vector<std::uint8_t> front(all.begin() + static_cast<std::ptrdiff_t>(from - std::min(from, kHintBlock)),
                                          all.begin() + static_cast<std::ptrdiff_t>(from));
    const Found every = hints(find, chunk, front), some = hints(find_in_text, chunk, front);
    CAPTURE(round);
    REQUIRE(some.runs == every.runs);
    REQUIRE(std::includes(every.escapes.begin(), every.escapes.end(), some.escapes.begin(), some.escapes.end()));
    kept += some.escapes.size();
    runs += some.runs.size();
    for (const std::size_t second : every.escapes) {
      if (std::binary_search(some.escapes.begin(), some.escapes.end(), second)) continue;
      ++left_out;
      const std::size_t at = from + second;
      CAPTURE(second);
      if (all[at] == 0 && at + 2 < all.size() && all[at + 2] != 0) continue;  // none of UTF-16's
      if (at > 0) REQUIRE(is_nothing(all, at - 1));
      REQUIRE(is_nothing(all, at));
    }
  }
  CHECK(kept > 1'000);
  CHECK(left_out > 1'000);
  CHECK(runs > 100);
}

}  // namespace

TEST_CASE("of all hints of escapes those in text leave out only what comes to nothing, and no hint of a run, by AVX-512") {
  if (lane::cpu_has_avx512()) return check_in_text(find_hints_scalar, find_hints_in_text_avx512);
  MESSAGE("skipped: this CPU has no AVX-512 with VBMI2");
}

TEST_CASE("of all hints of escapes those in text leave out only what comes to nothing, and no hint of a run, by AVX2") {
  if (lane::cpu_has_avx2()) return check_in_text(find_hints_avx2, find_hints_in_text_avx2);
  MESSAGE("skipped: this CPU has no AVX2");
}

TEST_CASE("encoded data among bytes that are no text are found however they come") {
  static const std::string kData[] = {"bob.smith%40mail.example.co.uk", "card 4111<b \x01>1111</b>1111<i>1111</i> ",
                                      "card 4111\xc2\xa0" "1111\xe2\x80\x93" "1111\xe2\x80\x8b" "1111 ",
                                      "card 4111+1111+1111+1111 ",
                                      "\xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91 1111 1111 1111 ",
                                      "ssn&nbsp;536&#45;90&#45;4399 ", "a%40b.co", "\xc3\xa9\xc3\xa9%40b.co",
                                      "4\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\000 card"s,
                                      "NDExMTExMTExMTExMTExMQ", "bob.smith@mail.example.co.uk"};
  std::mt19937 random(42);
  std::size_t seen = 0;
  for (int round = 0; round < 200; ++round) {
    std::string field;
    while (field.size() < 6'000) field += noise(random, random() % 500) + kData[random() % std::size(kData)];
    std::vector<std::size_t> cuts;
    for (std::size_t at = 1 + random() % 400; at < field.size(); at += 1 + random() % 400) cuts.push_back(at);
    const auto whole = read(field);
    seen += whole.size();
    CAPTURE(round);
    REQUIRE(whole == lines_of(read_cut(field, cuts).all));
  }
  CHECK(seen > 1'000);
}
