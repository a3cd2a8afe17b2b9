#include "lane/find_in_text.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "decide/program_impl.hpp"
#include "detect/identity/written.hpp"
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

/// Whether the events of a detector are looked for in text alone where text is rare.
bool is_found_in_text(std::size_t detector) {
  detect::DetectorSet one;
  one.add(detector);
  return finds_of(detect::identity::number_ends_of(one).short_runs, detect::kinds_wanted(one).names) == Finds::secrets;
}

enum class Numbers : bool { left_out, too };

/// Every such detector, with those of identity numbers or without.
std::shared_ptr<const Program> found_in_text(Numbers numbers) {
  std::vector<std::string> detectors;
  for (std::size_t i = 0; i < kDetectors.size(); ++i)
    if (is_found_in_text(i) && (numbers == Numbers::too || !is_identity(i))) detectors.emplace_back(kDetectors[i].id);
  return program_naming(std::move(detectors));
}

struct Vector {
  std::string_view detector, number;
  bool valid;
};
constexpr Vector kVectors[] = {
#include "scan/identity_vectors.inc"
};

/// Numbers behind the name of what they are.
std::vector<std::string> identity_data() {
  std::vector<std::string> data;
  for (const Vector& vector : kVectors) {
    for (std::size_t i = 0; i < kDetectors.size(); ++i) {
      if (!vector.valid || kDetectors[i].id != vector.detector || !is_identity(i) || !is_found_in_text(i)) continue;
      std::string name(vector.detector);
      std::replace(name.begin(), name.end(), '-', '_');
      data.push_back("\"" + name + "\":\"" + std::string(vector.number) + "\"");
    }
  }
  return data;
}

/// Checks that a field with the data among bytes that are no text gives what it gives in short spans; returns how much that is.
std::size_t check_among_noise(const std::shared_ptr<const Program>& program, const std::vector<std::string>& data) {
  std::mt19937 random(32);
  std::size_t seen = 0, in_text = 0;
  for (int round = 0; round < 300; ++round) {
    std::string field;
    while (field.size() < 9'000) {
      field += noise(random, random() % 700);
      const std::string& datum = data[random() % data.size()];
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
  if (cpu_has_avx2()) CHECK(in_text > 250);
  return seen;
}

}  // namespace

TEST_CASE("every finder in text finds what the scalar one does, and reads nothing else than it may") {
  std::vector<FindEvents> finders;
  if (cpu_has_avx2()) finders.push_back(find_in_text_avx2);
  if (cpu_has_avx512()) finders.push_back(find_in_text_avx512);
  if (finders.size() < 2) MESSAGE("skipped in part: this CPU has no AVX2, or no AVX-512 with VBMI2");
  std::mt19937 random(31);
  for (int round = 0; round < 4000; ++round) {
    const std::size_t length = random() % (round % 4 == 0 ? kChunk + 1 : 1200);
    const std::string text = noise(random, kFindLookBack + length);
    // A heap block of its own: a sanitizer sees one byte too many on either side.
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    CAPTURE(round);
    for (const FindEvents find : finders) REQUIRE(run(find, bytes, length) == run(find_in_text_scalar, bytes, length));
  }
}

TEST_CASE("whether text is rare is told alike by every CPU that can make use of it") {
  if (!cpu_has_avx512()) {
    MESSAGE("skipped: this CPU has no AVX-512 with VBMI2");
    return;
  }
  std::mt19937 random(33);
  std::size_t rare = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint8_t> bytes(kTextSearchFrom + random() % kChunk);
    const auto most = 1 + random() % 256;  // from bytes of no text to nearly all printable
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(0x20 + random() % most);
    const bool is_rare = text_is_rare_avx2(bytes.data(), bytes.size());
    CAPTURE(round);
    REQUIRE(is_rare == text_is_rare_avx512(bytes.data(), bytes.size()));
    rare += is_rare ? 1 : 0;
  }
  CHECK(rare > 200);
  CHECK(rare < 1'800);
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
  const std::vector<std::string> data{
      "a@b.co", "jo@x.de", "4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "536-90-4399", "+14155552671",
      "+4930123456", "(415) 555-2671", "646-555-0199", "DE89370400440532013000", "GB82 WEST 1234 5698 7654 32",
      "redis://u:pAssw0rd@h", "a://b:c@d", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAxyz0123456789ab",
      "AKIAIOSFODNN7EXAMPLE", "ghp" "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17", "sk_live_" "abcdefghijklmnop0123456789",
      "xoxb" "-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
      "secret_key=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",
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0."
      "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"};
  const auto program = found_in_text(Numbers::left_out);
  REQUIRE(!program->impl().kinds.names);
  REQUIRE(!program->impl().number_ends.any);
  CHECK(check_among_noise(program, data) > 3'000);
}

TEST_CASE("identity numbers that need no six digits in a row to be noticed are found among bytes that are no text, too") {
  for (std::size_t size = 0; size <= detect::identity::kMaxWritten; ++size)
    for (const auto ways : {detect::identity::of_digits(size), detect::identity::of_groups(size), detect::identity::of_letters(size)})
      for (const auto& way : ways) CHECK(way.text.size() >= kLeastText);
  const auto program = found_in_text(Numbers::too);
  REQUIRE(program->impl().number_ends.any);
  REQUIRE(!program->impl().number_ends.short_runs);
  CHECK(check_among_noise(program, identity_data()) > 1'000);
}
