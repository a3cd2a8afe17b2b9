#include <algorithm>
#include <random>

#include "detect/candidate.hpp"
#include "detect/identity/rules.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;
using detect::identity::Compact;
using detect::identity::kRuleCount;
using detect::identity::kRules;
using detect::identity::Proof;

namespace {

struct Vector {
  std::string_view detector, number;
  bool valid;
};
constexpr Vector kVectors[] = {
#include "scan/identity_vectors.inc"
};

std::size_t rule_of(std::string_view detector) {
  for (std::size_t i = 0; i < kRuleCount; ++i)
    if (kDetectors[detect::kFirstIdentity + i].id == detector) return i;
  FAIL("no such detector: ", detector);
  return 0;
}

Compact compact_of(std::string_view number) {
  Compact compact;
  for (const char c : number)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) compact.bytes[compact.size++] = static_cast<std::uint8_t>(c);
  return compact;
}

std::string json(std::string_view key, std::string_view value) {
  return "{\"" + std::string(key) + "\":\"" + std::string(value) + "\"}";
}

}  // namespace

TEST_CASE("every rule agrees with an independent implementation") {
  for (const Vector& vector : kVectors) {
    CAPTURE(vector.detector);
    CAPTURE(vector.number);
    CHECK(kRules[rule_of(vector.detector)].valid(compact_of(vector.number)) == vector.valid);
  }
}

TEST_CASE("a number in a field named for it is found, and one with a wrong check digit is not") {
  struct Case {
    std::string_view detector, key, number;
  };
  constexpr Case kCases[] = {
      {"us-itin", "itin", "912-70-1234"}, {"us-ein", "fein", "12-3456789"}, {"us-npi", "npi", "1234567893"},
      {"us-dea", "dea_number", "AB1234563"}, {"us-mbi", "medicare_id", "1EG4-TE5-MK73"},
      {"us-mbi", "mbi", "1EG4TE5MK73"}, {"us-ndc", "ndc", "50242-0060-01"}, {"us-aba-routing", "routingNumber", "021000021"},
      {"ca-sin", "sin", "123 456 782"}, {"ca-sin", "socialInsuranceNumber", "130692544"},
      {"mx-curp", "curp", "BOXW310820HNERXN09"}, {"mx-rfc", "rfc", "GODE561231GR8"}, {"br-cpf", "cpf", "390.533.447-05"},
      {"br-cnpj", "cnpj", "16.727.230/0001-97"}, {"ar-cuit", "cuit", "20-05536168-2"}, {"cl-rut", "rut", "12.531.909-2"},
      {"co-nit", "nit", "213.123.432-1"}, {"pe-ruc", "ruc", "20512333797"}, {"gb-nino", "nationalInsuranceNumber", "JG103759A"},
      {"gb-nhs-number", "nhsNumber", "943 476 5919"}, {"gb-utr", "utr", "1955839661"},
      {"gb-driving-licence", "drivingLicence", "MORGA657054SM9IJ"}, {"ie-pps", "ppsn", "6433435F"},
      {"de-tax-id", "steuerId", "36 574 261 809"}, {"de-pension-number", "rentenversicherungsnummer", "15070649C103"},
      {"de-health-number", "kvnr", "A123456780"}, {"at-social-insurance", "svnr", "1237 010180"},
      {"ch-ahv", "ahv", "756.9217.0769.85"}, {"fr-nir", "insee", "2 95 10 99 126 111 93"}, {"es-dni", "dni", "54362315K"},
      {"es-dni", "nie", "X5253868R"}, {"it-fiscal-code", "codice_fiscale", "RCCMNL83S18D969H"}, {"it-vat", "piva", "00743110157"},
      {"pt-nif", "nif", "501964843"}, {"nl-bsn", "burgerservicenummer", "111222333"},
      {"be-national-number", "rijksregisternummer", "85.07.30-033.28"}, {"gr-amka", "amka", "01013099997"},
      {"se-personal-number", "personnummer", "880320-0016"}, {"no-birth-number", "fodselsnummer", "15108695088"},
      {"fi-hetu", "hetu", "131052-308T"}, {"fi-hetu", "hetu", "131052A308T"}, {"dk-cpr", "cpr", "211062-5629"},
      {"pl-pesel", "pesel", "44051401359"}, {"pl-nip", "nip", "856-73-46-215"}, {"cz-birth-number", "rodneCislo", "710319/2745"},
      {"ro-cnp", "cnp", "1630615123457"}, {"bg-egn", "egn", "7523169263"}, {"hr-oib", "oib", "33392005961"},
      {"hu-tax-id", "adoazonosito", "8071592153"}, {"ee-lt-personal-code", "isikukood", "36805280109"},
      {"lv-personal-code", "personas_kods", "161175-19997"}, {"yu-jmbg", "emso", "0101006500006"},
      {"tr-identity-number", "tckn", "17291716060"}, {"il-identity-number", "teudatZehut", "039337423"},
      {"za-identity-number", "saidNumber", "7503305044089"}, {"au-tfn", "tfn", "123 456 782"},
      {"au-medicare", "medicareNumber", "2123 45670 1"}, {"au-abn", "abn", "83 914 571 673"}, {"au-acn", "acn", "004 085 616"}, {"nz-ird", "ird", "49-091-850"},
      {"in-aadhaar", "aadhaar", "2341 2341 2346"}, {"in-pan", "panNumber", "ACUPA7085R"},
      {"in-gstin", "gstin", "27AAPFU0939F1ZV"}, {"in-voter-id", "epicNo", "WKH1186253"}, {"jp-my-number", "myNumber", "123456789018"},
      {"kr-rrn", "rrn", "971013-9019902"}, {"cn-resident-id", "residentId", "360426199101010071"},
      {"tw-identity-number", "taiwanId", "A123456789"}, {"hk-identity-card", "hkid", "A123456(3)"},
      {"sg-nric", "nric", "S1234567D"}, {"th-identity-number", "thaiId", "1-2345-45678-78-1"},
      {"my-nric", "mykad", "770305-02-1234"}, {"id-nik", "nik", "3204110609970001"}, {"pk-cnic", "cnic", "34201-0891231-8"}, {"ph-crn", "umid", "0028-1215160-9"}, {"vn-citizen-id", "cccd", "001203004567"},
      {"passport", "passportNumber", "C01234567"}, {"driver-licence", "driversLicense", "D1234567"},
      {"imei", "imei", "490154203237518"}, {"vin", "vin", "1M8GDM9AXKP042788"}, {"isin", "isin", "US0378331005"},
      {"lei", "lei", "5493001KJTIIGC8Y1R12"},
      {"bank-account", "bankAccountNumber", "000123456789"},
  };
  std::vector<bool> covered(kRuleCount);
  for (const Case& c : kCases) {
    CAPTURE(c.detector);
    CAPTURE(c.number);
    const Detection found = only(json(c.key, c.number), c.detector);
    CHECK(found.confidence >= Confidence::medium);
    CHECK(found.length == c.number.size());
    CHECK(found.masked_view().find(c.number.substr(0, 5)) == std::string_view::npos);
    covered[rule_of(c.detector)] = true;
    if (kRules[rule_of(c.detector)].proof == Proof::shape) continue;
    std::string wrong(c.number);
    const std::size_t at = wrong.find_last_of("0123456789", wrong.size() - (wrong.back() == ')' ? 4 : 2));
    wrong[at] = wrong[at] == '9' ? '8' : static_cast<char>(wrong[at] + 1);
    CAPTURE(wrong);
    CHECK(surest(json(c.key, wrong), c.detector) == Confidence::none);
  }
  CHECK(std::find(covered.begin(), covered.end(), false) == covered.end());
}

TEST_CASE("a number that proves little is nothing without a word, or in a field named for something else") {
  for (const Vector& vector : kVectors) {
    const Proof proof = kRules[rule_of(vector.detector)].proof;
    if (!vector.valid || proof == Proof::distinctive || vector.detector == "fi-hetu") continue;
    CAPTURE(vector.detector);
    CAPTURE(vector.number);
    CHECK(surest(std::string(vector.number), vector.detector) == Confidence::none);
    CHECK(surest(json("orderId", vector.number), vector.detector) == Confidence::none);
    CHECK(surest("ref " + std::string(vector.number) + ", thanks", vector.detector) == Confidence::none);
  }
}

TEST_CASE("words in running text name a number as well as a field does") {
  CHECK(surest("Your national insurance number is JG103759A.", "gb-nino") >= Confidence::medium);
  CHECK(surest("NHS no. 943 476 5919", "gb-nhs-number") >= Confidence::medium);
  CHECK(surest("Steuerliche Identifikationsnummer: 36574261809", "de-tax-id") >= Confidence::medium);
  CHECK(surest("codice fiscale RCCMNL83S18D969H", "it-fiscal-code") == Confidence::high);
  CHECK(surest("身份证号码：360426199101010071", "cn-resident-id") == Confidence::high);
  CHECK(surest("マイナンバー 123456789018", "jp-my-number") >= Confidence::medium);
  CHECK(surest("Kimlik no 17291716060", "tr-identity-number") >= Confidence::medium);
}

TEST_CASE("some numbers need no word") {
  CHECK(surest("RCCMNL83S18D969H", "it-fiscal-code") == Confidence::medium);
  CHECK(surest("36042619910101008X", "cn-resident-id") == Confidence::medium);
  CHECK(surest("360426199101010071", "cn-resident-id") == Confidence::low);  // an id may look like it
  // Capitals in front of it, which other tokens begin with, say no more.
  CHECK(surest("H@360426199101010071", "cn-resident-id") == Confidence::low);
  CHECK(surest("BOXW310820HNERXN09", "mx-curp") == Confidence::medium);
  CHECK(surest("a,390.533.447-05,b", "br-cpf") == Confidence::medium);
  CHECK(surest("39053344705", "br-cpf") == Confidence::none);
}

TEST_CASE("a word for any number of a kind is enough for those with a check") {
  CHECK(surest(json("nationalId", "44051401359"), "pl-pesel") >= Confidence::medium);
  CHECK(surest(json("taxNumber", "501964843"), "pt-nif") >= Confidence::medium);
  CHECK(surest(json("nationalId", "C01234567"), "passport") == Confidence::none);
}

TEST_CASE("a number inside a longer one, an identifier or a decimal is none") {
  for (const std::string number : {"44051401359x", "x44051401359", "440514013591", "44051401359.5", "44051401359-1", "_44051401359"}) {
    CAPTURE(number);
    CHECK(surest(json("pesel", number), "pl-pesel") == Confidence::none);
  }
}

TEST_CASE("one datum is reported once, by the rule that is named") {
  const auto all = scan_text(json("pesel", "44051401359"));
  CHECK(all.size() == 1);
  CHECK(scan_text(json("vin", "1M8GDM9AXKP042788")).size() == 1);
}

TEST_CASE("a number that is named is found also when its digits could be a card's") {
  // Fifteen digits from 1 are a UATP card, from 2131 one of JCB; these have a right Luhn digit by chance.
  for (const std::string number : {"146087511444186", "131041320077502", "211066946772429"}) {
    const auto found = scan_text(json("insee", number));
    REQUIRE(found.size() == 1);
    CHECK(everything()->detector_id(found[0].detector) == "fr-nir");
    CHECK(found[0].confidence >= Confidence::medium);
  }
}

TEST_CASE("where the bytes are cut makes no difference to identity numbers") {
  std::string text = "[";
  for (const Vector& vector : kVectors)
    if (vector.valid) text += json(kDetectors[detect::kFirstIdentity + rule_of(vector.detector)].id, vector.number) + ",";
  text += R"x({"cpf":"390.533.447-05","nino":"JG103759A","hkid":"A123456(3)","nir":"2 95 10 99 126 111 93"}])x";
  const auto whole = describe(scan_text(text));
  CHECK(whole.size() > 20);
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = random() % 40; at < text.size(); at += 1 + random() % 120) cuts.push_back(at);
    CHECK(describe(scan_cut(text, cuts)) == whole);
  }
}
