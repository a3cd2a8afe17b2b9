#include "bulkhead/program.hpp"

#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

struct Outcome {
  ProgramError error;
  std::string message;
  bool compiled;
};

Outcome compile(const ProgramSpec& spec) {
  Outcome outcome{};
  outcome.compiled = Program::compile(spec, outcome.error, outcome.message) != nullptr;
  return outcome;
}

SensorSpec sensor(std::string name, std::vector<std::string> detectors) {
  SensorSpec spec;
  spec.name = std::move(name);
  spec.detectors = std::move(detectors);
  return spec;
}

}  // namespace

TEST_CASE("a program that cannot be compiled says which value is wrong") {
  const Outcome unknown = compile({{sensor("cards", {"payment-kard"})}, {}});
  CHECK(unknown.error == ProgramError::unknown_detector);
  CHECK(unknown.message.find("payment-kard") != std::string::npos);
  CHECK(!unknown.compiled);

  CHECK(compile({{sensor("a", {}), sensor("a", {})}, {}}).error == ProgramError::duplicate_id);
  CHECK(compile({{}, {{"x", "abc", false}, {"x", "def", false}}}).error == ProgramError::duplicate_id);
  CHECK(compile({{}, {{"us-ssn", "abc", false}}}).error == ProgramError::duplicate_id);
  CHECK(compile({{}, {{"empty", "", false}}}).error == ProgramError::literal_size);
  CHECK(compile({{}, {{"long", std::string(kMaxLiteralBytes + 1, 'x'), false}}}).error == ProgramError::literal_size);
  CHECK(compile({std::vector<SensorSpec>(kMaxSensors + 1), {}}).error == ProgramError::too_many);
  CHECK(compile({{}, std::vector<LiteralSpec>(kMaxLiterals + 1)}).error == ProgramError::too_many);
}

TEST_CASE("a program names its detectors, built-in ones first") {
  const auto program = program_with({{"eicar", "EICAR", false}});
  CHECK(program->detector_id(0) == "payment-card");
  CHECK(program->detector_id(static_cast<DetectorIndex>(kDetectors.size())) == "eicar");
  CHECK(program->detector_id(60'000).empty());
}

TEST_CASE("only the detectors that a sensor names look") {
  ProgramError error{};
  std::string message;
  const auto program = Program::compile({{sensor("mail", {"email"})}, {}}, error, message);
  const auto found = scan_cut("card 4111111111111111 bob@corp.io", {}, program);
  CHECK(found.size() == 1);
}

TEST_CASE("literals are found anywhere, across any cut, in the case asked for") {
  const auto program = program_with({{"exact", "Nightingale", false}, {"any", "top secret", true}});
  const std::string text = "xNightingalex nightingale TOP secret, Top SecretNightingale";
  const auto expected = describe(scan_cut(text, {}, program));
  CHECK(expected.size() == 4);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) CHECK(describe(scan_cut(text, {cut}, program)) == expected);
  const auto first = scan_cut(text, {}, program).front();
  CHECK(first.offset == 1);
  CHECK(first.length == 11);
  CHECK(first.confidence == Confidence::high);
  CHECK(first.masked_view() == "***********");
}

TEST_CASE("fields do not run into one another") {
  const auto program = program_with({{"word", "abcdef", false}});
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(program);
  scanner.begin();
  scanner.scan(bytes_of("card 4111 1111 abc"), scratch, sink);
  scanner.end(scratch, sink);
  scanner.begin();
  CHECK(scanner.field_offset() == 0);
  scanner.scan(bytes_of("def 1111 1111"), scratch, sink);
  CHECK(scanner.field_offset() == 13);
  scanner.end(scratch, sink);
  CHECK(sink.all.empty());
}

TEST_CASE("a scanner that is given another program continues the field under it") {
  const auto first = program_with({{"one", "first", false}});
  const auto second = program_with({{"two", "second", false}});
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(first);
  scanner.begin();
  scanner.scan(bytes_of("first second card 4111 1111 "), scratch, sink);
  CHECK(sink.all.size() == 1);
  scanner.rebind(second);
  scanner.scan(bytes_of("1111 1111, first second"), scratch, sink);
  scanner.end(scratch, sink);
  CHECK(sink.all.size() == 3);
  std::size_t cards = 0;
  std::size_t second_literals = 0;
  for (const Detection& d : sink.all) {
    cards += d.detector == 0 && d.offset == 18;
    second_literals += d.detector == kDetectors.size() && d.offset == 45;
  }
  CHECK(cards == 1);
  CHECK(second_literals == 1);
}

TEST_CASE("a provisional end reports what touches the end, once") {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(everything());
  scanner.begin();
  scanner.scan(bytes_of("card 4111111111111111"), scratch, sink);
  CHECK(sink.all.empty());
  scanner.provisional_end(scratch, sink);
  CHECK(sink.all.size() == 1);
  scanner.provisional_end(scratch, sink);
  scanner.scan(bytes_of(" and more"), scratch, sink);
  scanner.end(scratch, sink);
  CHECK(sink.all.size() == 1);
}

TEST_CASE("a moved scanner keeps its place") {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(everything());
  scanner.begin();
  scanner.scan(bytes_of("card 4111 1111"), scratch, sink);
  ContentScanner moved(std::move(scanner));
  moved.scan(bytes_of(" 1111 1111"), scratch, sink);
  moved.end(scratch, sink);
  CHECK(sink.all.size() == 1);
}
