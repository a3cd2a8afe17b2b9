#include <random>

#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

std::string digits(std::mt19937_64& random, std::size_t n) {
  std::string out;
  while (n-- > 0) out += static_cast<char>('0' + random() % 10);
  return out;
}

std::string with_luhn(std::string body) {
  int sum = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    int d = body[body.size() - 1 - i] - '0';
    if (i % 2 == 0) d = d >= 5 ? 2 * d - 9 : 2 * d;
    sum += d;
  }
  return body + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string hex(std::mt19937_64& random, std::size_t n) {
  std::string out;
  while (n-- > 0) out += "0123456789abcdef"[random() % 16];
  return out;
}

void check_quiet(const std::string& text) {
  for (const Detection& d : scan_text(text)) {
    if (d.confidence < Confidence::medium) continue;
    CAPTURE(text);
    FAIL_CHECK(everything()->detector_id(d.detector) << " " << d.masked_view());
  }
}

}  // namespace

TEST_CASE("Luhn-valid order numbers with a card issuer's prefix raise no alarm") {
  std::mt19937_64 random(1);
  for (const std::string key : {"orderId", "order_number", "orderNo", "invoiceId", "trackingNumber", "transactionId",
                          "reference", "id", "requestId", "serial", "imei", "value", "data"}) {
    for (int i = 0; i < 200; ++i) {
      const std::string number = with_luhn((i % 2 == 0 ? "4" : "53") + digits(random, i % 2 == 0 ? 14 : 13));
      check_quiet("{\"" + key + "\":\"" + number + "\",\"status\":\"paid\"}");
      check_quiet("{\"" + key + "\":" + number + "}");
      check_quiet("GET /api/v1/orders?" + key + "=" + number + " HTTP/1.1");
    }
  }
}

TEST_CASE("EANs, times, snowflakes, trace ids and UUIDs raise no alarm") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 4000; ++i) {
    check_quiet(R"({"ean":")" + digits(random, 13) + R"(","gtin":"4)" + digits(random, 13) + R"(","isbn":"978)" +
                digits(random, 10) + R"("})");
    check_quiet(R"({"ts":17)" + digits(random, 11) + R"(,"t":17)" + digits(random, 8) + R"(,"ns":17)" +
                digits(random, 17) + "}");
    check_quiet(R"({"snowflake":")" + digits(random, 19) + R"(","user":)" + digits(random, 18) + "}");
    check_quiet(R"({"traceId":")" + hex(random, 32) + R"(","spanId":")" + digits(random, 16) + R"("})");
    check_quiet(hex(random, 8) + "-" + hex(random, 4) + "-" + hex(random, 4) + "-" + hex(random, 4) + "-" +
                hex(random, 12));
    check_quiet("00000000-0000-0000-0000-" + digits(random, 12));
    check_quiet("2026-11-05 10:30:15 id " + digits(random, 16) + " took 12.345 ms");
  }
}

TEST_CASE("letters of a hexadecimal id next to a Luhn-valid number are no card words") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    const std::string number = with_luhn("53" + digits(random, 13));
    check_quiet("shop-1cc4 took " + number + " ns");
    check_quiet("session 5f1cc402-9cc4-4cc1-8cc3-00cc12345678, next " + number);
    check_quiet("{\"deviceId\":\"7cc1b2\",\"uptime\":" + number + "}");
  }
}

TEST_CASE("the letters of a hexadecimal id are no word either where the context begins with them") {
  std::mt19937_64 random(8);
  const std::string number = with_luhn("53" + digits(random, 13));
  for (std::size_t between = 0; between < 200; ++between)
    check_quiet("shop-850b92cc " + std::string(between, '.') + " " + number);
}

TEST_CASE("numbers of nine and ten digits without a word that names them raise no alarm") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 4000; ++i) {
    check_quiet(R"({"customer":)" + digits(random, 9) + R"(,"zip":"12345-6789","qty":)" + digits(random, 10) + "}");
    check_quiet("part " + digits(random, 3) + "-" + digits(random, 2) + "-" + digits(random, 4) + ";");
    check_quiet(digits(random, 3) + "." + digits(random, 2) + "." + digits(random, 4));
    check_quiet("10." + digits(random, 3) + "." + digits(random, 3) + "." + digits(random, 3) + ":8080");
  }
}

TEST_CASE("random base64 and hexadecimal raise no alarm") {
  std::mt19937_64 random(4);
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 30; ++i) {
    std::string base64;
    std::string upper;
    while (base64.size() < 20'000) base64 += alphabet[random() % 64];
    while (upper.size() < 20'000) upper += "0123456789ABCDEF"[random() % 16];
    check_quiet(base64);
    check_quiet(upper);
  }
}

TEST_CASE("what only looks like an address, a token or a key raises no alarm") {
  for (const std::string text :
       {"<img src=\"logo@2x.png\">", "import x from '@angular/core@18.2.0'", "https://user:secret@host.com/path",
        "ssh://git@github.com/a/b", "a@b", "foo@bar.baz1", "x@-y.com", "@media screen", "bob@localhost",
        "AKIAIOSFODNN7EXAMPLE0", "xAKIAIOSFODNN7EXAMPLE", "ASIASTIC", "ghp_short", "highs and ghosts", "xoxo-xoxo",
        "sk_live_", "task_list", "if (x) eyJ.eyJhbGciOi", "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBg",
        "const h = '-----BEGIN RSA PRIVATE KEY-----';", "+00:00 +0530 a+1234567890 1+2", "(123) 456-7890", "f(415)",
        "call 911-911-9111", "DE00370400440532013000", "XX89370400440532013000"}) {
    check_quiet(text);
  }
}
