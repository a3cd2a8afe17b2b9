#include "lane/find_in_text.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "decide/program_impl.hpp"
#include "detect/secret/token_form.hpp"
#include "lane/text_is_rare.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::lane;
using namespace bulkhead::test;

namespace {

using Positions = std::vector<std::uint16_t>;

Positions run(FindEvents find, const std::vector<std::uint8_t>& bytes, std::size_t length) {
  Positions positions(kMaxEvents);
  positions.resize(find(bytes.data() + bytes.size() - length, length, positions.data()));
  return positions;
}

/// Bytes that are no text, with short pieces of it among them.
std::string noise(std::mt19937& random, std::size_t size) {
  static const std::string kPieces[] = {"@",    "a@b.co", "(4",  "+1",  "123456", "1 2 3 4 5",
                                        ".eyJ", "ghp_",   "AB1", "k_l", "x",      "  "};
  std::string bytes;
  while (bytes.size() < size) {
    if (random() % 24 == 0) bytes += kPieces[random() % std::size(kPieces)];
    bytes += static_cast<char>(random() % 4 == 0 ? random() % 0x20 : random() % 3 == 0 ? random() : 0x80 | random());
  }
  bytes.resize(size);
  return bytes;
}

/// Every detector whose events are looked for in text alone.
std::shared_ptr<const Program> found_in_text() {
  SensorSpec sensor;
  sensor.name = "in-text";
  for (std::size_t i = 0; i < kDetectors.size(); ++i) {
    detect::DetectorSet one;
    one.add(i);
    const detect::KindsWanted kinds = detect::kinds_wanted(one);
    if (!kinds.names && !kinds.identities) sensor.detectors.emplace_back(kDetectors[i].id);
  }
  ProgramError error{};
  std::string message;
  return Program::compile({{sensor}, {}}, error, message);
}

}  // namespace

TEST_CASE("the AVX-512 finder in text finds what the scalar one does, and reads nothing else than it may") {
  if (!cpu_has_avx512()) {
    MESSAGE("skipped: this CPU has no AVX-512 with VBMI2");
    return;
  }
  std::mt19937 random(31);
  for (int round = 0; round < 4000; ++round) {
    const std::size_t length = random() % (round % 4 == 0 ? kChunk + 1 : 1200);
    const std::string text = noise(random, kFindLookBack + length);
    // A heap block of its own: a sanitizer sees one byte too many on either side.
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    CAPTURE(round);
    REQUIRE(run(find_in_text_avx512, bytes, length) == run(find_in_text_scalar, bytes, length));
  }
}

TEST_CASE("events are left out where there are not six printable bytes in a row") {
  const auto count = [](const std::string& text) {
    const std::string padded = std::string(kFindLookBack, '\0') + text;
    return run(find_in_text_scalar, {padded.begin(), padded.end()}, text.size()).size();
  };
  const std::string edge(1, '\x01');
  CHECK(count(edge + "a@b.co" + edge) == 1);
  CHECK(count(edge + "a@b.c" + edge) == 0);
  CHECK(count(edge + "a@b" + edge + "abcdef" + edge) == 0);
  CHECK(count(edge + "123456789" + edge) == 1);
  CHECK(count(edge + "abcde@" + edge) == 1);
  CHECK(count(edge + "abcd@" + edge) == 0);
  CHECK(count(edge + "a@b") == 1);  // what follows may be text
}

TEST_CASE("every token is longer than what is looked for") {
  for (const auto& form : detect::secret::token_forms()) {
    std::size_t least = form.prefix.size();
    for (const auto& part : form.body) least += part.least;
    CAPTURE(form.prefix);
    CHECK(form.event < form.prefix.size() + 1);
    CHECK(least >= kLeastText);
  }
}

TEST_CASE("data among bytes that are no text are found as they are in short spans, which are searched whole") {
  static const std::string kData[] = {
      "a@b.co", "jo@x.de", "4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "536-90-4399", "+14155552671",
      "+4930123456", "(415) 555-2671", "646-555-0199", "DE89370400440532013000", "GB82 WEST 1234 5698 7654 32",
      "redis://u:pAssw0rd@h", "a://b:c@d", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAxyz0123456789ab",
      "AKIAIOSFODNN7EXAMPLE", "ghp" "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17", "sk_live_" "abcdefghijklmnop0123456789",
      "xoxb" "-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
      "secret_key=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",
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0."
      "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"};
  const auto program = found_in_text();
  REQUIRE(program != nullptr);
  REQUIRE(!program->impl().kinds.names);
  REQUIRE(!program->impl().kinds.identities);
  std::mt19937 random(32);
  std::size_t seen = 0, in_text = 0;
  for (int round = 0; round < 300; ++round) {
    std::string field;
    while (field.size() < 9'000) {
      field += noise(random, random() % 700);
      const std::string& datum = kData[random() % std::size(kData)];
      field += random() % 4 == 0 ? datum.substr(0, random() % datum.size()) : datum;
      if (random() % 2 == 0) field += '\x01';
    }
    if (text_is_rare(reinterpret_cast<const std::uint8_t*>(field.data()) + 400, kChunk)) ++in_text;
    std::vector<std::size_t> cuts;
    for (std::size_t at = 1 + random() % 400; at < field.size(); at += 1 + random() % 400) cuts.push_back(at);
    const auto whole = describe(scan_cut(field, {}, program));
    seen += whole.size();
    CAPTURE(round);
    REQUIRE(whole == describe(scan_cut(field, cuts, program)));
  }
  CHECK(seen > 3'000);
  if (cpu_has_avx512()) CHECK(in_text > 250);
}
