#include <algorithm>
#include <random>

#include "reading/reading_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

using namespace std::string_literals;

// Every encoding, data inside and at their edges, one in the other, and what only looks like one.
const std::string kCorpus =
    "name=J%C3%BCrgen&card_number=4111111111111111&exp=12%2F30&q=card%3D%34%31%31%31111111111111&m=ann%40example.com "
    "{\"cardNumber\":\"\\u0034\\u0031111111\\u00311111111\",\"x\":\"5555555555554444\"} card 4111+1111+1111+1111 "
    "<p>card 4111<b>1111</b>1111<i>1111</i> &#52;&#49;&#x31;1111111111111 ssn&nbsp;536&#45;90&#45;4399</p> "
    "card=3D411111=\r\n1111111111 card: =34=31=31=31=31=31=31=31=31=31=31=31=31=31=31=31 "
    "\xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91 1111 1111 1111 card 4111\xc2\xa0" "1111\xe2\x80\x93" "1111\xe2\x80\x8b" "1111 "
    "data:text/plain;base64,eyJjYXJkTnVtYmVyIjogIjQxMTExMTExMTExMTExMTEifQ== tok/NDExMTExMTExMTExMTExMQ "
    "eyJjYXJkTnVtYmVyIjog\r\nIjQxMTExMTExMTExMTExMTEiLCAiYSI6ICJhbm5A\r\nZXhhbXBsZS5jb20ifQ\r\n "
    "7b22636172644e756d626572223a202234313131313131313131313131313131227d "
    "JTM0JTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMxJTMx eyJjYXJkTnVtYmVyIjog%49jQxMTExMTExMTExMTExMTEifQ%3D%3D "
    "H4sIAAAAAAACA6tWSk4sSvErzU1KLVKyUjIxRAVKtQC9UKU5IQAAAA== 550e8400-e29b-41d4-a716-446655440000 %%%4\\\\&&#=<b"s +
    "card \0004\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\000 "s
    "4\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\0001\000 card"s +
    " 378282246310005%"s;

/// Without the order: readings tell at their own time.
bool told_all(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace

TEST_CASE("the corpus has every encoding in it") {
  std::string chains;
  for (const Detection& detection : read_cut(kCorpus, {}).all) chains += chain_of(detection) + ";";
  for (std::size_t i = 1; i < kEncodingCount; ++i)
    if (static_cast<Encoding>(i) != Encoding::utf32) CHECK_MESSAGE(chains.find(kEncodingNames[i]) != std::string::npos, std::string(kEncodingNames[i]));
}

TEST_CASE("a cut at any byte changes nothing that is found in what is encoded") {
  const auto expected = lines_of(read_cut(kCorpus, {}).all);
  for (std::size_t cut = 0; cut <= kCorpus.size(); ++cut) {
    CAPTURE(cut);
    REQUIRE(lines_of(read_cut(kCorpus, {cut}).all) == expected);
  }
}

TEST_CASE("spans of one size, from single bytes up, change nothing that is found in what is encoded") {
  const auto expected = lines_of(read_cut(kCorpus, {}).all);
  for (std::size_t step = 1; step < 70; ++step) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = step; at < kCorpus.size(); at += step) cuts.push_back(at);
    CAPTURE(step);
    REQUIRE(lines_of(read_cut(kCorpus, cuts).all) == expected);
  }
}

TEST_CASE("random cuts of a long field change nothing that is found in what is encoded") {
  std::mt19937 random(23);
  for (int round = 0; round < 60; ++round) {
    std::string text;
    while (text.size() < 9'000) {
      text += kCorpus;
      const bool blank = random() % 2 == 0;
      text += std::string(random() % 900, blank ? ' ' : 'x') + ' ';
    }
    const auto expected = lines_of(read_cut(text, {}).all);
    CHECK(expected.size() > 10);
    for (int again = 0; again < 4; ++again) {
      std::vector<std::size_t> cuts;
      for (std::size_t n = random() % 60; n > 0; --n) cuts.push_back(random() % text.size());
      std::sort(cuts.begin(), cuts.end());
      CAPTURE(round);
      const auto told = lines_of(read_cut(text, cuts).all);
      for (const std::string& line : expected) CHECK_MESSAGE(std::binary_search(told.begin(), told.end(), line), "lost: " << line);
      for (const std::string& line : told) CHECK_MESSAGE(std::binary_search(expected.begin(), expected.end(), line), "new: " << line);
      REQUIRE(told == expected);
    }
  }
}

TEST_CASE("a cut anywhere changes nothing that is found in encoded text among bytes that are none") {
  std::mt19937 random(31);
  std::string data;
  while (data.size() < 40'000) {
    for (std::size_t n = random() % 400; n > 0; --n) data += static_cast<char>(random());
    // Pieces of text too short to hold anything, and chance characters of other blocks, come by themselves.
    const std::size_t from = random() % kCorpus.size();
    data += kCorpus.substr(from, 1 + random() % 120);
    for (std::size_t n = random() % 4; n > 0; --n) data += {'\xd9', static_cast<char>(0xa0 + random() % 10)};
  }
  const auto expected = lines_of(read_cut(data, {}).all);
  CHECK(expected.size() > 10);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = 1 + random() % 90; at < data.size(); at += 1 + random() % (round < 30 ? 40 : 900)) cuts.push_back(at);
    CAPTURE(round);
    REQUIRE(lines_of(read_cut(data, cuts).all) == expected);
  }
}

TEST_CASE("a cut anywhere changes nothing where runs, escapes and what only begins like one meet") {
  const std::string parts[] = {"eyJjYXJkTnVtYmVyIjoiNDExMTExMTExMTExMTExMSJ9", "NDExMTExMTExMTExMTExMQ", "aGVsbG8gd29ybGQgdGhpcyBpcyB0ZXh0",
                               "636172642034313131313131313131313131313131", "card 4111111111111111", "4111-1111-1111-1111", "ann@example.com",
                               "%2B", "%3D", "=\r\n", "=", "=3D", "+", "+1", "1+", "\\u0034", "\\", "&#52;", "&", "<b>", "1<b", "%", "%3Db%3E", " "};
  std::mt19937 random(37);
  std::size_t found = 0;
  for (int round = 0; round < 1'500; ++round) {
    std::string text;
    for (std::size_t n = 2 + random() % 10; n > 0; --n) {
      text += parts[random() % std::size(parts)];
      // Some reach to where a copy without escapes is given up.
      const std::size_t filler = random() % 12 == 0 ? 240 + random() % 40 + 256 * (random() % 4) : random() % 20;
      if (random() % 4 == 0) text += std::string(filler, " xA1"[random() % 4]);
    }
    const auto expected = lines_of(read_cut(text, {}).all);
    found += expected.size();
    for (const std::size_t most : {std::size_t{1}, std::size_t{30}, std::size_t{400}}) {
      std::vector<std::size_t> cuts;
      for (std::size_t at = 1 + random() % most; at < text.size(); at += 1 + random() % most) cuts.push_back(at);
      CAPTURE(text);
      CAPTURE(most);
      REQUIRE(lines_of(read_cut(text, cuts).all) == expected);
    }
  }
  CHECK(found > 1'000);
}

TEST_CASE("provisional ends lose nothing") {
  const auto expected = lines_of(read_cut(kCorpus, {}).all);
  std::mt19937 random(29);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = 1 + random() % 90; at < kCorpus.size(); at += 1 + random() % 90) cuts.push_back(at);
    const auto told = lines_of(read_cut(kCorpus, cuts, true).all);
    CHECK(told_all(expected, told));
  }
}

TEST_CASE("a datum told at a provisional end is not told again when an escape behind it shows how the text is written") {
  for (const std::string& front : {"card 4111111111111111"s, "q=%20card 4111111111111111"s, "card =\r\n4111111111111111"s}) {
    CAPTURE(front);
    // Read as it stands, no number ends before a '+' and a digit.
    const std::vector<Detection> whole = read_cut(front + "+1", {}).all;
    const std::vector<Detection> told = read_cut(front + "+1", {front.size()}, true).all;
    REQUIRE(whole.size() == 1);
    REQUIRE(told.size() == 1);
    CHECK(chain_of(whole[0]) != chain_of(told[0]));
    CHECK(told[0].fingerprint == whole[0].fingerprint);
    CHECK(told[0].confidence >= whole[0].confidence);
    CHECK(told[0].offset + told[0].length == whole[0].offset + whole[0].length);
  }
}

TEST_CASE("the byte that completes an encoded datum is enough to find it at a provisional end") {
  for (const std::string& text : {"card%20%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31"s, "card \\u00341111111111111\\u0031\\u0031"s,
                                  "Y2FyZCA0MTExMTExMTExMTExMTEx"s, "636172642034313131313131313131313131313131"s}) {
    DecodePool pool{DecodeLimits{}};
    Scratch scratch;
    Told told;
    FieldScanner scanner(everything(), pool);
    scanner.begin();
    std::size_t at = 0;
    for (; at < text.size() && told.all.empty(); ++at) {
      const auto byte = static_cast<std::uint8_t>(text[at]);
      scanner.scan({&byte, 1}, scratch, told);
      scanner.provisional_end(scratch, told);
    }
    CHECK(at == text.size());
    CHECK_FALSE(told.all.empty());
  }
}
