#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "decide/program_impl.hpp"
#include "detect/candidate.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

// Data of every detector next to one another, with much and little context, at the start, at the end, and cut short.
const std::string kCorpus =
    "4111111111111111 {\"cardNumber\":\"5555 5555 5555 4444\",\"orderId\":\"4012888888881881\",\"ssn\":\"536-90-4399\","
    "\"email\":\"bob.smith+tag@mail.example.co.uk\",\"phone\":\"+1 (415) 555-2671\",\""
    "iban\":\"GB82 WEST 1234 5698 7654 32\"}"
    "\r\nCard-Number: 378282246310005\r\n%B4111111111111111^DOE/JANE^29121011000?;4111111111111111=29121011000?\n"
    "SSN 219-09-9998 call (212) 555-0188 or 646-555-0199, 4111-1111-1111-1111-2 4111 1111 1111 1111 123\n"
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c\n-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEAxyz0123456789ab\\n"
    "aws_access_key_id=AKIAIOSFODNN7EXAMPLE token=ghp" "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17;"
    "xoxb" "-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx sk_live_" "abcdefghijklmnop0123456789,"
    "rk_test_aaaaaaaaaaaaaaaaaaaa"
    " DE89370400440532013000. NL91ABNA0417164300 jo@x.de,jo@y.de;a@b.c +4930123456 +49 30 901820 +1415555267 "
    "12345678-4111111111111111 x4111111111111111 550e8400-e29b-41d4-a716-446655440000 1700000000000 "
    "6011 1111 1111 1117";

/// All detectors but those of identity numbers, as in the shipped sensors. The start of a long span is searched in another way
/// then (ContentScanner::State::scan_long).
const std::shared_ptr<const Program>& no_identity_numbers() {
  static const auto program = [] {
    std::vector<std::string> detectors;
    for (std::size_t i = 0; i < kDetectors.size(); ++i)
      if (!is_identity(i) && i != detect::kMrz) detectors.emplace_back(kDetectors[i].id);
    return program_naming(std::move(detectors));
  }();
  REQUIRE_FALSE(program->impl().number_ends.any);
  return program;
}

/// In pieces that are too short to be searched where they are.
std::vector<std::size_t> short_spans(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 100; cut < size; cut += 100) cuts.push_back(cut);
  return cuts;
}

}  // namespace

// Tokens of secret/ and numbers of identity/ have corpora of their own: issued_tokens.test.cpp, identity.test.cpp.
TEST_CASE("the corpus has data of every other detector in it") {
  std::vector<bool> seen(kDetectors.size());
  for (const Detection& d : scan_text(kCorpus)) seen[d.detector] = true;
  for (std::size_t i = 0; i < detect::kFirstToken; ++i) CHECK_MESSAGE(seen[i], kDetectors[i].id);
}

TEST_CASE("a cut at any byte, and spans of one size from single bytes up, change no detection") {
  check_every_cut(kCorpus, 69);
}

TEST_CASE("random cuts of a long text change no detection") {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < 30'000) {
    const std::size_t from = random() % kCorpus.size();
    text += kCorpus.substr(from, random() % 300);
    if (random() % 4 == 0) text += std::string(random() % 3000, random() % 2 == 0 ? ' ' : 'x');
  }
  for (const auto& program : {everything(), no_identity_numbers()}) {
    const auto expected = describe(scan_cut(text, short_spans(text.size()), program));
    CHECK(expected.size() > 50);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::size_t> cuts;
      for (std::size_t n = random() % 40; n > 0; --n) cuts.push_back(random() % text.size());
      std::sort(cuts.begin(), cuts.end());
      CAPTURE(round);
      CHECK(describe(scan_cut(text, cuts, program)) == expected);
    }
  }
}

TEST_CASE("data of every detector are found wherever the seam of a long span falls") {
  // Behind the cut a span is long, with other data at its start each time.
  const std::string text = std::string(700, ' ') + kCorpus + std::string(900, '.');
  for (const auto& program : {everything(), no_identity_numbers()}) {
    const auto expected = describe(scan_cut(text, short_spans(text.size()), program));
    for (std::size_t cut = 200; cut < 700 + kCorpus.size(); cut += 3) {
      CAPTURE(cut);
      CHECK(describe(scan_cut(text, {cut}, program)) == expected);
    }
  }
}

TEST_CASE("a datum across the seam of a long span is found wherever the seam lies") {
  const std::string datum = " card 4111 1111 1111 1111 ";
  for (std::size_t before = 0; before < 600; ++before) {
    const std::string text = std::string(before, '.') + datum + std::string(5000, '.');
    CAPTURE(before);
    for (const auto& program : {everything(), no_identity_numbers()}) {
      for (const std::size_t cut : {std::size_t{0}, before + 7, before + 12, before + 24, before + 25}) {
        const auto found = scan_cut(text, {cut}, program);
        CHECK(found.size() == 1);
        if (!found.empty()) CHECK(found[0].offset == before + 6);
      }
    }
  }
}

TEST_CASE("provisional ends between spans report the same data, each once") {
  check_provisional_ends(kCorpus, 90, 200);
  check_provisional_ends(kCorpus + kCorpus, 1'200, 200, no_identity_numbers());
}
