// Values that nothing gives away but the name in front of them; see detect/labelled.
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

struct Vector {
  std::string_view detector, value;
  bool valid;
};
constexpr Vector kVectors[] = {
#include "scan/named_vectors.inc"
};

std::string json(std::string_view key, std::string_view value) {
  return "{\"" + std::string(key) + "\":\"" + std::string(value) + "\"}";
}

/// The surest detection in a field that a protocol gives a name, in spans of `span` bytes.
Confidence surest_in_field(std::string_view key, std::string_view value, std::string_view detector,
                           std::size_t span = SIZE_MAX, bool provisional = false) {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(everything());
  scanner.begin(key);
  for (std::size_t from = 0; from < value.size(); from += std::min(span, value.size() - from)) {
    scanner.scan(bytes_of(value.substr(from, span)), scratch, sink);
    if (provisional) scanner.provisional_end(scratch, sink);
  }
  scanner.end(scratch, sink);
  Confidence best = Confidence::none;
  for (const Detection& d : sink.all)
    if (everything()->detector_id(d.detector) == detector) best = std::max(best, d.confidence);
  return best;
}

}  // namespace

TEST_CASE("codes behind their names are found as an independent implementation judges them") {
  for (const Vector& vector : kVectors) {
    CAPTURE(vector.detector);
    CAPTURE(vector.value);
    const std::string key = vector.detector == "cusip" ? "cusip" : "btc_address";
    CHECK((surest(json(key, vector.value), vector.detector) != Confidence::none) == vector.valid);
    CHECK((surest_in_field(key, vector.value, vector.detector) != Confidence::none) == vector.valid);
    CHECK(surest(vector.value, vector.detector) == Confidence::none);
    CHECK(surest(json("orderId", vector.value), vector.detector) == Confidence::none);
  }
}

TEST_CASE("the members of what a label names are judged by names of their own") {
  CHECK(surest(R"({"address":{"ipAddress":"8.8.8.8","rest":"of what is here"}})", "ip-address") == Confidence::medium);
  CHECK(surest(R"({"address": [{"dob": "1985-07-30"}, "and a few bytes more"]})", "date-of-birth") == Confidence::medium);
  CHECK(surest(R"({"dob":{"dob":"1985-07-30"},"rest":"of what is here"})", "date-of-birth") == Confidence::medium);
  CHECK(surest(R"({"address":"12 Long Road","rest":"of what is here, and more"})", "postal-address") == Confidence::medium);
  CHECK(surest(R"({"address":{"x":"12 Long Road"},"rest":"of what is here"})", "postal-address") == Confidence::none);
  CHECK(surest(R"({"dob":["1985-07-30"],"rest":"of what is here, and more"})", "date-of-birth") == Confidence::none);
}

TEST_CASE("a value is found behind its name in JSON, forms, headers and prose") {
  struct Case {
    std::string_view detector, text, value;
  };
  constexpr Case kCases[] = {
      {"date-of-birth", R"({"dateOfBirth":"1985-07-30"})", "1985-07-30"},
      {"date-of-birth", R"({"birth_date": "1985-07-30T00:00:00Z"})", "1985-07-30"},
      {"date-of-birth", "dob=30/07/1985&x=1", "30/07/1985"},
      {"date-of-birth", "DOB: 07/30/1985", "07/30/1985"},
      {"date-of-birth", "DOB 19850730,", "19850730"},
      {"date-of-birth", "Birthday: July 30, 1985\n", "July 30, 1985"},
      {"date-of-birth", "date of birth: 30 Jul 1985", "30 Jul 1985"},
      {"date-of-birth", "Geburtsdatum: 30.07.1985", "30.07.1985"},
      {"date-of-birth", "<fechaNacimiento>1985-7-3</fechaNacimiento>", "1985-7-3"},
      {"cl-rut", R"({"rut":"125319092"})", "125319092"},
      {"bic", R"({"bic":"DEUTDEFF500"})", "DEUTDEFF500"},
      {"bic", "BIC: COBADEFFXXX", "COBADEFFXXX"},
      {"cusip", "CUSIP 037833100", "037833100"},
      {"cusip", R"({"cusip":"17275R102"})", "17275R102"},
      {"bitcoin-address", "bitcoin: 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
      {"bitcoin-address", R"({"btc_address":"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"})", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"},
      {"ip-address", R"({"ip":"93.184.216.34"})", "93.184.216.34"},
      {"ip-address", R"({"ip":"93.184.216.34:443"})", "93.184.216.34"},
      {"ip-address", R"({"ipAddress":"2606:2800:220:1:248:1893:25c8:1946"})", "2606:2800:220:1:248:1893:25c8:1946"},
      {"ip-address", R"({"ip": "2606:2800::1946"})", "2606:2800::1946"},
      {"mac-address", R"({"mac_address":"00:1B:44:11:3A:B7"})", "00:1B:44:11:3A:B7"},
      {"mac-address", "MAC address: 00-1b-44-11-3a-b7", "00-1b-44-11-3a-b7"},
      {"mac-address", "mac address 001b.4411.3ab7", "001b.4411.3ab7"},
      {"postal-address", R"({"address":"1600 Pennsylvania Avenue NW"})", "1600 Pennsylvania Avenue NW"},
      {"postal-address", R"({"billingAddress": "12 rue de la Paix, 75002 Paris"})", "12 rue de la Paix, 75002 Paris"},
      {"postal-address", "Address: Hauptstrasse 5, 10115 Berlin\n", "Hauptstrasse 5, 10115 Berlin"},
      {"geo-coordinates", R"({"lat":52.520008,"lng":13.404954})", "13.404954"},
      {"geo-coordinates", R"({"longitude":-122.4194,"latitude":37.7749})", "37.7749"},
      {"icd10-code", R"({"ICD10":"E11.9"})", "E11.9"},
      {"icd10-code", "ICD-10: F32.1.", "F32.1"},
      {"icd10-code", R"({"ICD_CODE":"C50"})", "C50"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    const Detection found = only(c.text, c.detector);
    CHECK(found.offset == c.text.find(c.value));
    CHECK(found.length == c.value.size());
    CHECK(found.confidence >= Confidence::medium);
    CHECK(found.masked_view().find(c.value.substr(0, 5)) == std::string_view::npos);
    check_every_cut(c.text, 12);
    check_provisional_ends(c.text, 9, 20);
  }
}

TEST_CASE("a value that does not fit its name, or has another one, is nothing") {
  struct Case {
    std::string_view detector, text;
  };
  constexpr Case kCases[] = {
      {"date-of-birth", R"({"created":"1985-07-30"})"}, {"date-of-birth", R"({"dob":"1985-02-30"})"},
      {"date-of-birth", R"({"dob":"2085-07-30"})"}, {"date-of-birth", R"({"dob":"1885-07-30"})"},
      {"date-of-birth", R"({"dob":"1985-07-301"})"}, {"date-of-birth", R"({"dob":"31/31/1985"})"},
      {"date-of-birth", R"({"adobe":"1985-07-30"})"}, {"date-of-birth", "birthplace: 1985-07-30"},
      {"cl-rut", R"({"run":"125319092"})"}, {"cl-rut", R"({"rut":"125319093"})"}, {"cl-rut", R"({"truth":"125319092"})"},
      {"bic", R"({"bic":"DEUTDEFF50"})"}, {"bic", R"({"bic":"deutdeff"})"}, {"bic", R"({"bic":"DEUTZZFF"})"},
      {"bic", R"({"cubic":"DEUTDEFF"})"}, {"cusip", R"({"cusip":"037833101"})"}, {"cusip", R"({"gossip":"037833100"})"},
      {"ip-address", R"({"ip":"93.184.216.345"})"}, {"ip-address", R"({"ip":"93.184.216"})"},
      {"ip-address", R"({"ip":"93.184.216.34.5"})"}, {"ip-address", R"({"version":"93.184.216.34"})"},
      {"ip-address", R"({"zip":"93.184.216.34"})"}, {"ip-address", R"({"ip":"1:2:3"})"}, {"ip-address", R"({"ip":"1::2::3"})"},
      {"mac-address", R"({"mac_address":"00:1B:44:11:3A"})"}, {"mac-address", R"({"mac_address":"ff:ff:ff:ff:ff:ff"})"},
      {"mac-address", R"({"mac_address":"001B44113AB7"})"}, {"mac-address", R"({"mac_address":"00:1B-44:11:3A:B7"})"},
      {"postal-address", R"({"address":"jane@example.com"})"}, {"postal-address", R"({"address":"0x52908400098527886E0F70"})"},
      {"postal-address", R"({"emailAddress":"12 Main Street"})"}, {"postal-address", R"({"address":"10.0.0.1"})"},
      {"postal-address", R"({"address":"to be announced"})"},
      {"geo-coordinates", R"({"lat":52.5,"lng":13.4})"}, {"geo-coordinates", R"({"lng":13.404954})"},
      {"geo-coordinates", R"({"lat":52.520008,"lng":213.404954})"},
      {"icd10-code", R"({"ICD10":"U11.9"})"}, {"icd10-code", R"({"ICD":"E11.99999"})"}, {"icd10-code", R"({"sku":"E11.9"})"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    CHECK(surest(c.text, c.detector) == Confidence::none);
  }
  CHECK(surest(R"({"ip":"192.168.1.10"})", "ip-address") == Confidence::low);
  CHECK(surest(R"({"ip":"fe80::1"})", "ip-address") == Confidence::low);
  CHECK(only(R"({"ip":"203.0.113.9"})", "ip-address").known_test);
}

TEST_CASE("the name of a column, a header or a field of a message is a label like one in the text") {
  const std::string key = std::string("wJalrXUtnFEMI/K7MDENG") + "/bPxRfiCYzz9qLm4Wdx";
  REQUIRE(key.size() == 40);
  struct Case {
    std::string_view name, detector;
    std::string value;
    Confidence wanted;
  };
  const std::vector<Case> cases = {
      {"aws_secret_access_key", "aws-secret-key", key, Confidence::high},
      {"secretAccessKey", "aws-secret-key", key, Confidence::high},
      {"X-Secret-Key", "aws-secret-key", key, Confidence::medium},
      {"digest", "aws-secret-key", key, Confidence::none},
      {"secret_access_key", "aws-secret-key", key + "y", Confidence::none},
      {"dd-api-key", "datadog-key", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", Confidence::high},
      {"date_of_birth", "date-of-birth", "1985-07-30", Confidence::medium},
      {"datadinascita", "date-of-birth", "1985-07-30", Confidence::medium},
      {"mac", "mac-address", "00:1b:44:11:3a:b7", Confidence::medium},
      {"icd10", "icd10-code", "E11.9", Confidence::medium},
      {"client_ip", "ip-address", "93.184.216.34", Confidence::medium},
      {"remote_addr", "ip-address", "93.184.216.34", Confidence::medium},
      {"swift_code", "bic", "DEUTDEFF", Confidence::medium},
      // The specimens of the Federal Ministry of the Interior, with and without the check digit.
      {"personalausweisnummer", "de-identity-card", "T220001293", Confidence::high},
      {"ausweis_nr", "de-identity-card", "L01X00T471", Confidence::high},
      {"ausweis_nr", "de-identity-card", "L01X00T47", Confidence::medium},
      {"ausweis_nr", "de-identity-card", "L01X00T472", Confidence::none},
      {"ausweis_nr", "de-identity-card", "ABCDEFGHI", Confidence::none},
      {"address", "postal-address", "12 High Street, Leeds LS1 4AP", Confidence::medium},
      {"dob", "date-of-birth", "unknown; 1985-07-30", Confidence::none},
      {"note", "date-of-birth", "1985-07-30", Confidence::none},
  };
  for (const Case& c : cases) {
    for (const std::size_t span : {std::size_t{1}, std::size_t{7}, std::size_t{39}, SIZE_MAX}) {
      for (const bool provisional : {false, true}) {
        CAPTURE(c.name);
        CAPTURE(c.value);
        CAPTURE(span);
        CAPTURE(provisional);
        // What may be whole where it ends for now is told, though it goes on.
        if (provisional && c.wanted == Confidence::none) continue;
        CHECK(surest_in_field(c.name, c.value, c.detector, span, provisional) == c.wanted);
      }
    }
  }
}

TEST_CASE("a field's name is of that field alone") {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(everything());
  scanner.begin("dob");
  scanner.end(scratch, sink);
  scanner.begin("note");
  scanner.scan(bytes_of("1985-07-30"), scratch, sink);
  scanner.end(scratch, sink);
  CHECK(sink.all.empty());
}
