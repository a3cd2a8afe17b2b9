#include "detect/secret/token_form.hpp"

#include <random>

#include "lane/anchors.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;
using detect::secret::Run;
using detect::secret::TokenForm;
using detect::secret::token_forms;

namespace {

/// Random bytes of the run's kind, as few as it may have.
std::string of(const Run& run, std::mt19937& random) {
  std::string text;
  while (run.set != nullptr && text.size() < run.least)
    if (const auto byte = static_cast<std::uint8_t>(33 + random() % 94); run.set(byte)) text += static_cast<char>(byte);
  if (run.then != '\0') text += run.then;
  return text;
}

std::string token(const TokenForm& form, std::mt19937& random) {
  std::string before = of(form.before, random);
  before.replace(0, form.begins.size(), form.begins);
  std::string text = before + std::string(form.prefix);
  for (const Run& run : form.body) text += of(run, random);
  return text;
}

}  // namespace

TEST_CASE("every token is found where it stands by itself, by its own detector and masked") {
  std::mt19937 random(1);
  for (const TokenForm& form : token_forms()) {
    const std::string_view id = kDetectors[form.detector].id;
    for (int round = 0; round < 50; ++round) {
      const std::string secret = token(form, random);
      CAPTURE(secret);
      for (const std::string& text : {"{\"value\":\"" + secret + "\"}", "use " + secret + ", please", secret,
                                      "line\\n" + secret + "\\n"}) {
        const Detection found = only(text, id);
        CHECK(found.length == secret.size());
        CHECK(found.offset == text.find(secret));
        CHECK(found.masked_view().find(secret.substr(secret.size() - 6)) == std::string_view::npos);
        if (form.check == nullptr) CHECK(found.confidence >= form.alone);
      }
      CHECK(surest("a" + secret, id) == Confidence::none);
      CHECK(surest("_" + secret, id) == Confidence::none);
    }
  }
}

TEST_CASE("where the bytes are cut makes no difference to tokens") {
  std::mt19937 random(2);
  std::string text;
  for (const TokenForm& form : token_forms()) text += "\"" + token(form, random) + "\",\n";
  const auto whole = describe(scan_text(text));
  CHECK(whole.size() >= token_forms().size());
  for (int round = 0; round < 40; ++round) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = random() % 40; at < text.size(); at += 1 + random() % 120) cuts.push_back(at);
    CHECK(describe(scan_cut(text, cuts)) == whole);
  }
}

TEST_CASE("every token's event is an anchor's") {
  for (const TokenForm& form : token_forms()) {
    CAPTURE(form.prefix);
    const std::string text = std::string(form.prefix) + "0";
    const auto* const event = reinterpret_cast<const std::uint8_t*>(text.data()) + form.event;
    const bool anchored = lane::anchors_at(event) != 0 || lane::token_at(event);
    CHECK(anchored);
  }
}

TEST_CASE("a token whose body is a placeholder has low confidence, and one too short is none") {
  CHECK(surest("glp" "at-xxxxxxxxxxxxxxxxxxxx", "gitlab-token") == Confidence::low);
  CHECK(surest("hf" "_abcdefghijklmnopqrstuvwxyzabcdefgh", "huggingface-token") == Confidence::low);
  CHECK(surest("glp" "at-4kPq8ZtW", "gitlab-token") == Confidence::none);
  CHECK(surest("sh" "pat_0123456789abcdef", "shopify-token") == Confidence::none);
}

TEST_CASE("an npm token is sure when its checksum is right") {
  // The last six characters by zlib's crc32, in base 62.
  CHECK(surest("npm" "_" "1aB9cD8eF7gH6iJ5kL4mN3oP2qR1sT" "3Xnaxm", "npm-token") == Confidence::high);
  CHECK(surest("npm" "_" "1aB9cD8eF7gH6iJ5kL4mN3oP2qR1sT" "0aaaa0", "npm-token") == Confidence::low);
}

TEST_CASE("a form that others use too is surer beside its issuer's name") {
  const std::string key = "key" "-3f9a0c71d2e84b65a7d09c1e5f2b8a64";
  CHECK(surest(key, "mailgun-key") == Confidence::low);
  CHECK(surest("MAILGUN_API=" + key, "mailgun-key") == Confidence::high);
}

TEST_CASE("ordinary text and ids hold no tokens") {
  std::mt19937 random(3);
  const std::string hex = "0123456789abcdef";
  const std::string base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = R"({"api_key":"none","sku":"SK-1234","task_v1_name":"risk-analysis","created_at_utc":1})";
  for (int i = 0; i < 200'000; ++i) text += i % 4000 < 2000 ? hex[random() % 16] : base64[random() % 64];
  for (const Detection& found : scan_text(text)) {
    const bool token = found.detector >= detect::kFirstToken && found.detector <= detect::kLastToken;
    CHECK_FALSE(token);
  }
}
