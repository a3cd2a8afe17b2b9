#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

// The specimens of ICAO Doc 9303, parts 4, 5 and 6.
const std::string kPassport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
const std::string kPassportNumbers = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
const std::string kMedium = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<";
const std::string kMediumNumbers = "D231458907UTO7408122F1204159<<<<<<<6";
const std::string kCard = "I<UTOD231458907<<<<<<<<<<<<<<<";
const std::string kCardNumbers = "7408122F1204159UTO<<<<<<<<<<<6";
const std::string kCardName = "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";

}  // namespace

TEST_CASE("the lines of a travel document are found by their check digits") {
  struct Case {
    std::string first, second, third;
    std::size_t length;
  };
  for (const std::string eol : {"\n", "\r\n", "\\n", "\\r\\n", " "}) {
    const std::vector<Case> cases = {{kPassport, kPassportNumbers, "", 44},
                                     {kMedium, kMediumNumbers, "", 36},
                                     {kCard, kCardNumbers, kCardName, 60 + eol.size()}};
    for (const Case& c : cases) {
      const std::string text = "{\"mrz\":\"" + c.first + eol + c.second + (c.third.empty() ? "" : eol + c.third) + "\"}";
      CAPTURE(text);
      const Detection found = only(text, "mrz");
      CHECK(found.confidence == Confidence::high);
      CHECK(found.offset == text.find(c.third.empty() ? c.second : c.first));
      CHECK(found.length == c.length);
      CHECK(found.masked_view().find_first_not_of('*') == std::string_view::npos);
      check_every_cut(text, 8);
    }
  }
  CHECK(surest(kPassportNumbers, "mrz") == Confidence::high);
  CHECK(surest(kCard + kCardNumbers + kCardName, "mrz") == Confidence::high);
}

TEST_CASE("a changed character of a travel document's lines breaks a check") {
  for (const std::string& line : {kPassportNumbers, kMediumNumbers}) {
    for (const std::size_t at : {0U, 5U, 9U, 14U, 19U, 22U, 27U}) {
      std::string wrong = line;
      wrong[at] = wrong[at] == '7' ? '8' : '7';
      CAPTURE(wrong);
      CHECK(surest(kPassport + "\n" + wrong, "mrz") == Confidence::none);
    }
  }
  std::string wrong = kCard;
  wrong[6] = '9';
  CHECK(surest(wrong + "\n" + kCardNumbers, "mrz") == Confidence::none);
  CHECK(surest(kCardNumbers, "mrz") == Confidence::none);
}

TEST_CASE("a patient's segment of HL7 v2 is found by where it begins") {
  const std::string pid = "PID|1||PATID1234^5^M11^ADT1^MR^GOOD HEALTH HOSPITAL||EVERYMAN^ADAM^A^III||19610615|M||C|1200 N ELM";
  const std::string header = "MSH|^~\\&|ADT1|GHH|LAB|X|198808181126|S|ADT^A01|M1|P|2.8";
  for (const std::string& text : {header + "\r" + pid, pid, "{\"hl7\":\"MSH|^~\\\\&|A\\r" + pid + "\"}"}) {
    CAPTURE(text);
    const Detection found = only(text, "hl7-patient");
    CHECK(found.confidence == Confidence::high);
    CHECK(found.offset == text.find("PATID1234"));
    CHECK(text.substr(found.offset, found.length).ends_with("III"));
    check_every_cut(text, 8);
  }
  CHECK(surest("PID|1||12345\r", "hl7-patient") == Confidence::medium);
  for (const std::string text : {"RAPID|1||PATID1234", "PID|x||PATID", "PID|1||", "PID|1|", "| PID | name |", "a PID|1||P1"})
    CHECK(surest(text, "hl7-patient") == Confidence::none);
}

TEST_CASE("a patient of an X12 transaction is found, and an organisation is none") {
  const std::string member = "NM1*IL*1*DOE*JOHN*T***MI*123456789~";
  const std::string text = "HL*3*2*22*0~TRN*1*93175-012547~" + member + "N3*15197 BROADWAY~";
  const Detection found = only(text, "x12-patient");
  CHECK(found.confidence == Confidence::high);
  CHECK(text.substr(found.offset, found.length) == "DOE*JOHN*T***MI*123456789");
  check_every_cut(text, 8);
  CHECK(surest("NM1*QC*1*DOE*JANE~", "x12-patient") == Confidence::medium);
  for (const std::string other : {"NM1*PR*2*ABC COMPANY*****PI*842610001~", "NM1*IL*2*ABC~", "ANM1*IL*1*DOE*JOHN~", "NM1*IL*1*", "NM1*IL*1**~"})
    CHECK(surest(other, "x12-patient") == Confidence::none);
}

TEST_CASE("a patient of FHIR is found by the resource's type") {
  for (const std::string text : {R"({"resourceType":"Patient","id":"example"})", R"({ "resourceType" : "Patient" })",
                                 R"({\"resourceType\":\"Patient\",\"id\":1})"}) {
    CAPTURE(text);
    CHECK(only(text, "fhir-patient").confidence == Confidence::medium);
    CHECK(only(text, "fhir-patient").offset == text.find("Patient"));
    check_every_cut(text, 8);
  }
  for (const std::string text : {R"({"resourceType":"Observation"})", R"({"sourceType":"Patient"})", R"({"resourceType":"PatientList"})",
                                 "resourceType: Patient"})
    CHECK(surest(text, "fhir-patient") == Confidence::none);
}
