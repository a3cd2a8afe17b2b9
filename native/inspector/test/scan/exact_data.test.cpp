#include "bulkhead/exact_data.hpp"

#include <random>

#include "lane/siphash.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

constexpr ExactKey kKey{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};

std::string built(const std::vector<ExactColumn>& columns, const std::vector<std::vector<std::string>>& rows) {
  ExactDataBuilder builder(columns, kKey);
  for (const auto& row : rows) CHECK(builder.add_row(row));
  return builder.finish();
}

std::shared_ptr<const ExactDataSet> set_of(const std::vector<ExactColumn>& columns,
                                           const std::vector<std::vector<std::string>>& rows) {
  std::string message;
  auto set = ExactDataSet::read(built(columns, rows), kKey, message);
  CHECK_MESSAGE(set != nullptr, message);
  return set;
}

std::shared_ptr<const Program> program_of(std::shared_ptr<const ExactDataSet> set) {
  SensorSpec sensor;
  sensor.name = "mine";
  sensor.detectors = {"customers"};
  sensor.min_confidence = Confidence::low;
  ProgramSpec spec{{sensor}, {}};
  spec.exact_data.push_back({"customers", std::move(set)});
  ProgramError error{};
  std::string message;
  auto program = Program::compile(spec, error, message);
  CHECK_MESSAGE(program != nullptr, message);
  return program;
}

const std::vector<ExactColumn> kColumns = {
    {"name", Normalisation::text}, {"account", Normalisation::digits}, {"code", Normalisation::exact}};
const std::vector<std::vector<std::string>> kRows = {{"Jane  O'Hara-Smith", "0041-5550-2671", "Kx7-Qr"},
                                                     {"Ed Li", "9988776655", "zz"},
                                                     {"Dr. Amélie Brontë", "1234 5678 9012", "AbCd"}};

const std::string kText =
    "{\"name\":\"JANE O'HARA SMITH\",\"acct\":\"0041 5550 2671\",\"code\":\"Kx7-Qr\"} 99887766551 9988776655x x9988776655 "
    "9988776655, dr. amélie brontë. kx7-qr AbCd (998) 877-6655 12-34 5678 9012 jane o'hara smithson "
    "Ed Li" + std::string(600, '.') + " 004155502671";

std::vector<std::string> found_in(const std::string& text, const std::shared_ptr<const Program>& program) {
  std::vector<std::string> found;
  for (const Detection& d : scan_cut(text, {}, program)) {
    std::string line = std::string(d.key_view()) + " " + text.substr(d.offset, d.length);
    line += d.confidence == Confidence::high ? " high" : d.confidence == Confidence::medium ? " medium" : " low";
    found.push_back(line);
  }
  return found;
}

}  // namespace

TEST_CASE("SipHash-2-4 gives the vectors of its paper") {
  std::vector<std::uint8_t> message;
  const auto hash = [&message] { return lane::SipHash(kKey[0], kKey[1]).of(message); };
  CHECK(hash() == 0x726fdb47dd0e0e31ULL);
  for (std::uint8_t byte = 0; byte < 15; ++byte) message.push_back(byte);
  CHECK(hash() == 0xa129ca6149be45e5ULL);
}

TEST_CASE("values are found however they are written, and confirmed by others of their row") {
  const auto program = program_of(set_of(kColumns, kRows));
  CHECK(found_in(kText, program) ==
        std::vector<std::string>{"name JANE O'HARA SMITH medium", "account 0041 5550 2671 high", "code Kx7-Qr high",
                                 "account 9988776655 medium", "name dr. amélie brontë medium", "code AbCd high",
                                 "account 998) 877-6655 medium", "account 12-34 5678 9012 high",
                                 "name Ed Li high", "account 004155502671 medium"});
}

TEST_CASE("a set of one column needs no other value to be sure") {
  const auto program = program_of(set_of({{"card", Normalisation::digits}}, {{"9988776655"}}));
  CHECK(found_in("9988776655", program) == std::vector<std::string>{"card 9988776655 high"});
}

TEST_CASE("no finding shows a byte of the value") {
  const auto program = program_of(set_of(kColumns, kRows));
  for (const Detection& d : scan_cut(kText, {}, program))
    CHECK(d.masked_view().find_first_not_of('*') == std::string_view::npos);
}

TEST_CASE("a set holds no value in clear") {
  const std::string bytes = built(kColumns, kRows);
  for (const char* part : {"jane", "Jane", "hara", "9988", "Kx7", "AbCd"}) CHECK(bytes.find(part) == std::string::npos);
}

TEST_CASE("what is too short, too long or shared by many rows is left out and counted") {
  ExactDataBuilder builder({{"name", Normalisation::text}, {"number", Normalisation::digits}}, kKey);
  builder.add_row({"Bob", "1234"});
  builder.add_row({"", "--"});
  builder.add_row({std::string(64, 'x'), std::string(64, '1')});
  builder.add_row({"a b c d e f g h i", "12345"});
  for (std::size_t i = 0; i <= kMaxExactRows; ++i) builder.add_row({"Common Name", std::to_string(100'000 + i)});
  builder.finish();
  const ExactDataBuilder::Counts& counts = builder.counts();
  CHECK(counts.too_short == 2);
  CHECK(counts.empty == 2);
  CHECK(counts.too_long == 3);
  CHECK(counts.shared == 1);
  CHECK(counts.values == 1 + kMaxExactRows + 1);
}

TEST_CASE("a cut at any byte changes no finding of exact data") {
  check_every_cut(kText, 19, program_of(set_of(kColumns, kRows)));
}

TEST_CASE("provisional ends report exact data, each as it is found without them") {
  check_provisional_ends(kText, 40, 50, program_of(set_of(kColumns, kRows)));
}

TEST_CASE("every value of a large set is found, and none that is not in it") {
  std::mt19937_64 random(9);
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < 20'000; ++i) rows.push_back({std::to_string(1'000'000'000 + random() % 9'000'000'000)});
  const auto set = set_of({{"n", Normalisation::digits}}, rows);
  std::string text;
  for (const auto& row : rows) text += row[0] + ";";
  CHECK(scan_cut(text, {}, program_of(set)).size() == rows.size());
  std::string other;
  for (int i = 0; i < 20'000; ++i) other += std::to_string(10'000'000'000 + random() % 9'000'000'000).substr(1) + ";";
  CHECK(scan_cut(other, {}, program_of(set)).size() < 3);  // one in 450,000 is drawn twice
}

TEST_CASE("words and digits without end neither match nor break anything") {
  const auto program = program_of(set_of(kColumns, kRows));
  std::string text = std::string(500, 'a') + " jane o'hara smith " + std::string(500, '7') + " 9988776655 ";
  for (int i = 0; i < 200; ++i) text += "a 1 ";
  text += "Jane O'Hara Smith";
  CHECK(found_in(text, program).size() == 3);
}

TEST_CASE("a set that is damaged or meant for another key is refused") {
  const std::string bytes = built(kColumns, kRows);
  std::string message;
  CHECK(ExactDataSet::read(bytes, {1, 2}, message) == nullptr);
  CHECK(message.find("another key") != std::string::npos);
  CHECK(ExactDataSet::read("", kKey, message) == nullptr);
  CHECK(ExactDataSet::read("name,account\nJane,1234567\n" + std::string(100, 'x'), kKey, message) == nullptr);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(ExactDataSet::read(bytes.substr(0, size), kKey, message) == nullptr);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    CHECK(ExactDataSet::read(damaged, kKey, message) == nullptr);
  }
}
