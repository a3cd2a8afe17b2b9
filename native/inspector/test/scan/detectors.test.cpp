#include <algorithm>

#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

// Written in two parts so that scanners of source code do not take the examples for leaked secrets.
const std::string kGithubToken = std::string("ghp") + "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";
const std::string kSlackToken = std::string("xoxb") + "-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx";
const std::string kJwt =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

}  // namespace

TEST_CASE("a social security number is as sure as the words around it") {
  CHECK(surest("536-90-4399", "us-ssn") == Confidence::low);
  CHECK(surest("SSN 536-90-4399", "us-ssn") == Confidence::high);
  CHECK(surest("Social Security Number: 536 90 4399", "us-ssn") == Confidence::high);
  CHECK(surest(R"({"ssn":"536-90-4399"})", "us-ssn") == Confidence::high);
  CHECK(surest(R"({"socialSecurityNumber":"536904399"})", "us-ssn") >= Confidence::medium);
  CHECK(surest("ssn 536904399", "us-ssn") >= Confidence::medium);
  CHECK(surest("employee 536-90-4399", "us-ssn") == Confidence::medium);
  CHECK(surest("536904399", "us-ssn") == Confidence::none);
  CHECK(only("SSN 536-90-4399", "us-ssn").masked_view() == "***-**-4399");
}

TEST_CASE("numbers that were never issued, or are printed everywhere, are no social security numbers") {
  for (const std::string number : {"000-12-3456", "666-12-3456", "900-12-3456", "987-65-4320", "536-00-4399",
                                  "536-90-0000",
                             "078-05-1120", "219-09-9999", "111-11-1111", "536-90 4399", "536.90.4399", "1536-90-4399",
                             "536-90-43990", "536-90-4399-1"}) {
    CAPTURE(number);
    CHECK(surest("SSN " + number, "us-ssn") == Confidence::none);
  }
}

TEST_CASE("the example number of forms is reported only from a field named for it, as an example") {
  CHECK(surest("SSN format: 123-45-6789", "us-ssn") == Confidence::none);
  const Detection found = only(R"({"ssn":"123-45-6789"})", "us-ssn");
  CHECK(found.confidence == Confidence::high);
  CHECK(found.known_test);
}

TEST_CASE("account numbers of the IBAN registry's examples are found") {
  for (const std::string iban :
       {"AD1200012030200359100100", "AE070331234567890123456", "AT611904300234573201", "BE68539007547034",
        "CH9300762011623852957", "CY17002001280000001200527600", "CZ6508000000192000145399", "DE89370400440532013000",
        "DK5000400440116243", "EE382200221020145685", "ES9121000418450200051332", "FI2112345600000785",
        "FR1420041010050500013M02606", "GB29NWBK60161331926819", "GR1601101250000000012300695",
        "HU42117730161111101800000000", "IE29AIBK93115212345678", "IT60X0542811101000000123456",
        "LU280019400644750000", "MT84MALT011000012345MTLCAST001S", "NL91ABNA0417164300", "NO9386011117947",
        "PL61109010140000071219812874", "PT50000201231234567890154", "RO49AAAA1B31007593840000",
        "SE4550000000058398257466", "SI56263300012039086", "SK3112000000198742637541", "TR330006100519786457841326"}) {
    CAPTURE(iban);
    CHECK(surest(iban, "iban") >= Confidence::medium);
    std::string wrong = iban;
    wrong[2] = wrong[2] == '9' ? '8' : static_cast<char>(wrong[2] + 1);
    CHECK(surest(wrong, "iban") == Confidence::none);
    CHECK(surest(iban + "1", "iban") == Confidence::none);
    CHECK(surest("A" + iban, "iban") == Confidence::none);
  }
}

TEST_CASE("an account number printed in groups of four is found, one in other groups is not") {
  CHECK(surest("GB82 WEST 1234 5698 7654 32", "iban") == Confidence::high);
  CHECK(surest("GB82 WEST 12345698 7654 32", "iban") == Confidence::none);
  CHECK(only("DE89 3704 0044 0532 0130 00.", "iban").masked_view() == "DE****************3000");
}

TEST_CASE("mail addresses are found in text, markup, JSON and forms") {
  for (const std::string text : {"bob.smith@corp.io", "Bob <bob.smith@corp.io>", "<a>bob.smith@corp.io</a>",
                           R"({"x":"bob.smith@corp.io"})", "x=bob.smith@corp.io&y", "bob.smith@corp.io, other",
                           "Write to bob.smith@corp.io.", R"({"x":"a\nbob.smith@corp.io"})"}) {
    CAPTURE(text);
    const Detection found = only(text, "email");
    CHECK(found.confidence == Confidence::medium);
    CHECK(found.length == 17);
    CHECK(found.masked_view() == "*********@****.io");
  }
  CHECK(surest(R"({"email":"bob.smith@corp.io"})", "email") == Confidence::high);
  CHECK(surest("mailto:bob.smith@corp.io?x=1", "email") == Confidence::high);
  CHECK(only("jo@example.com", "email").known_test);
  CHECK(only("Jo@Corp.IO", "email").fingerprint == only("jo@corp.io", "email").fingerprint);
}

TEST_CASE("telephone numbers are found in the ways they are written") {
  for (const std::string text : {"+1 (415) 555-2671", "+1-415-555-2671", "+14155552671", "+49 30 901820",
                                 "+44 20 7946 0958",
                           "(415) 555-2671", "415-555-2671", R"({"phone":"4155552671"})", "tel: 415.555.2671",
                           "fax 1-415-555-2671"}) {
    CAPTURE(text);
    CHECK(surest(text, "phone") >= Confidence::medium);
  }
  CHECK(surest("415.555.2671", "phone") == Confidence::low);
  CHECK(surest("4155552671", "phone") == Confidence::none);
  CHECK(surest("+999123456789", "phone") == Confidence::none);
  CHECK(surest("+1 115 555 2671", "phone") == Confidence::none);
  CHECK(only("+1 (415) 555-0142", "phone").known_test);
  CHECK(only("+1 (415) 555-2671", "phone").masked_view() == "+*******2671");
}

TEST_CASE("a JSON web token is known by its header") {
  const Detection found = only("Authorization: Bearer " + kJwt + "\r\n", "jwt");
  CHECK(found.confidence == Confidence::high);
  CHECK(found.offset == 22);
  CHECK(found.masked_view() == "eyJ************");
  CHECK(surest("eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x", "jwt") == Confidence::none);  // no "alg"
  CHECK(surest("token_" + kJwt, "jwt") == Confidence::high);
  CHECK(surest(std::string(400, 'A') + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.x", "jwt") == Confidence::high);
}

TEST_CASE("a private key is its header and a body") {
  for (const std::string newline : {"\n", "\r\n", "\\n", "\\r\\n", "\\\\n"}) {
    for (const std::string kind : {"", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "}) {
      const std::string header = "-----BEGIN " + kind + "PRIVATE KEY-----";
      CAPTURE(header);
      CHECK(surest(header + newline + "MIIEpAIBAAKCAQEAxyz0123456789", "private-key") == Confidence::high);
      CHECK(surest(header + newline + "short", "private-key") == Confidence::none);
      CHECK(surest(header + " " + "MIIEpAIBAAKCAQEAxyz0123456789", "private-key") == Confidence::none);
    }
  }
  CHECK(surest("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQPGBGQAAAABCACabcdef012", "private-key") == Confidence::high);
  CHECK(surest("-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEAxyz0123456789", "private-key") == Confidence::none);
}

TEST_CASE("access keys and tokens of services are known by prefix, shape and checksum") {
  CHECK(surest("aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "aws-access-key") == Confidence::high);
  CHECK(only("ASIAIOSFODNN7EXAMPLE", "aws-access-key").known_test);
  CHECK(surest("token " + kGithubToken, "github-token") == Confidence::high);
  std::string wrong = kGithubToken;
  wrong[10] = 'x';
  CHECK(surest(wrong, "github-token") == Confidence::low);
  CHECK(surest("github_pat_" + std::string(22, 'A') + "_" + std::string(59, 'b'), "github-token") == Confidence::high);
  CHECK(surest("github_pat_" + std::string(22, 'A') + "_" + std::string(58, 'b'), "github-token") == Confidence::none);
  CHECK(surest(kSlackToken, "slack-token") == Confidence::high);
  CHECK(only(kSlackToken, "slack-token").masked_view() == "xoxb-************");
  CHECK(surest(std::string("sk_") + "live_abcdefghijklmnop01234567", "stripe-key") == Confidence::high);
  CHECK(surest(std::string("rk_") + "test_abcdefghijklmnop01234567", "stripe-key") == Confidence::low);
}

TEST_CASE("no detection carries its datum") {
  const struct {
    const char* before;
    std::string datum;
    std::string secret;
  } cases[] = {{"card ", "4111 1111 1111 1111", "41111111"},
               {"\"5555555555554444\":", "5555555555554444", "5555555555554444"},
               {"k5105105105105100=", "5105105105105100", "5105105105105100"},
               {"ssn 536-90-4399 = ", "536-90-4399", "536-90"},
               {"iban ", "DE89370400440532013000", "370400"},
               {"", "bob.smith@corp.io", "bob"},
               {"", "+1 415-555-2671", "415"},
               {"", kJwt, "hbGciOi"},
               {"", "AKIAIOSFODNN7EXAMPLE", "IOSF"},
               {"", kGithubToken, "zQWB"},
               {"", kSlackToken, "123456789012"}};
  for (const auto& one : cases) {
    const auto all = scan_text(one.before + one.datum);
    CHECK(!all.empty());
    for (const Detection& d : all) {
      const std::string_view raw(reinterpret_cast<const char*>(&d), sizeof d);
      CAPTURE(one.datum);
      CHECK(raw.find(one.secret) == std::string_view::npos);
    }
  }
}
