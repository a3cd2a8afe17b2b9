#include <hs/hs.h>

#include <cstdlib>

#include "detect/value_check.hpp"
#include "lane/pattern_safety.hpp"
#include "scan/scan_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

std::shared_ptr<const Program> custom(std::vector<DictionarySpec> dictionaries, std::vector<PatternSpec> patterns = {}) {
  SensorSpec sensor;
  sensor.name = "mine";
  for (const DictionarySpec& dictionary : dictionaries) sensor.detectors.push_back(dictionary.id);
  for (const PatternSpec& pattern : patterns) sensor.detectors.push_back(pattern.id);
  sensor.detectors.emplace_back("payment-card");
  ProgramError error{};
  std::string message;
  auto program = Program::compile({{sensor}, {}, std::move(dictionaries), std::move(patterns)}, error, message);
  CHECK_MESSAGE(program != nullptr, message);
  return program;
}

PatternSpec pattern(std::string id, std::string expression) {
  PatternSpec spec;
  spec.id = std::move(id);
  spec.expression = std::move(expression);
  return spec;
}

std::vector<std::string> texts_found(const std::string& text, const std::shared_ptr<const Program>& program) {
  std::vector<std::string> found;
  for (const Detection& d : scan_cut(text, {}, program)) found.push_back(text.substr(d.offset, d.length));
  return found;
}

std::string why(const std::string& expression) { return lane::why_unsafe(pattern("p", expression)); }

bool passes(ValueCheck check, std::string_view text) { return detect::passes(check, bytes_of(text)); }

const std::string kText =
    "Project Nightingale and nightingales; {\"project\": \"nightingale\", \"staff\":\"EMP-00427\"} EMP-12345678 "
    "xEMP-1234 EMP-1234x EMP-123 4111111111111111 EMP-99998888 top secret, TOP SECRET. top secretive "
    "badge AB123456 AB1234567 CD654321\nEMP-1234";

std::shared_ptr<const Program> several() {
  DictionarySpec words{"words", {"nightingale", "top secret", "secret"}};
  DictionarySpec parts{"parts", {"ightin"}, false, false, Confidence::medium};
  PatternSpec staff = pattern("staff", "EMP-\\d{4,8}");
  staff.mask = {0, 2};
  PatternSpec badge = pattern("badge", "[A-Z]{2}\\d{6}");
  badge.context = {"badge"};
  PatternSpec open = pattern("open", "MP-\\d{1,8}");
  open.whole_words = false;
  return custom({words, parts}, {staff, badge, open});
}

}  // namespace

TEST_CASE("a dictionary finds its terms as whole words, in any case unless told otherwise") {
  const auto program = custom({{"words", {"nightingale", "top secret"}}});
  CHECK(texts_found(kText, program) == std::vector<std::string>{"Nightingale", "nightingale", "top secret",
                                                                 "TOP SECRET", "4111111111111111"});
  const auto exact = custom({{"words", {"Nightingale"}, false, false}});
  CHECK(texts_found("Nightingales, nightingale, xNightingale", exact) ==
        std::vector<std::string>{"Nightingale", "Nightingale"});
}

TEST_CASE("each term of a dictionary is a value of its own, whatever its case") {
  const auto program = custom({{"words", {"alpha", "beta"}}});
  const auto found = scan_cut("alpha beta ALPHA", {}, program);
  REQUIRE(found.size() == 3);
  CHECK(found[0].fingerprint == found[2].fingerprint);
  CHECK(found[0].fingerprint != found[1].fingerprint);
  CHECK(found[0].masked_view() == "*****");
}

TEST_CASE("a letter beyond ASCII continues a word") {
  const auto program = custom({{"words", {"caf"}}});
  CHECK(scan_cut("caf\xc3\xa9 and caf.", {}, program).size() == 1);
}

TEST_CASE("a pattern finds the longest of what starts at one place") {
  const auto program = several();
  std::vector<std::string> staff;
  for (const Detection& d : scan_cut(kText, {}, program))
    if (program->detector_id(d.detector) == "staff") staff.push_back(kText.substr(d.offset, d.length));
  CHECK(staff == std::vector<std::string>{"EMP-00427", "EMP-12345678", "EMP-99998888", "EMP-1234"});
}

TEST_CASE("a pattern shows what its rule keeps, its field's name, and no more than half of the datum") {
  const auto program = several();
  for (const Detection& d : scan_cut(kText, {}, program)) {
    if (program->detector_id(d.detector) != "staff" || kText.substr(d.offset, d.length) != "EMP-00427") continue;
    CHECK(d.masked_view() == "***-***27");
    CHECK(d.key_view() == "staff");
  }
  PatternSpec greedy = pattern("p", "EMP-\\d{4}");
  greedy.mask = {3, 2};
  CHECK(scan_cut("EMP-1234", {}, custom({}, {greedy}))[0].masked_view() == "********");
}

TEST_CASE("a pattern with context words is of low confidence without one of them") {
  const auto program = several();
  std::vector<std::pair<std::string, Confidence>> badges;
  for (const Detection& d : scan_cut("no word AB123456, my Badge is AB654321; badges: CD123456 " + std::string(60, ' '), {}, program))
    badges.emplace_back(std::to_string(d.offset), d.confidence);
  REQUIRE(badges.size() == 3);
  CHECK(badges[0].second == Confidence::low);
  CHECK(badges[1].second == Confidence::high);
  CHECK(badges[2].second == Confidence::high);  // the word is still near
}

TEST_CASE("the name that a protocol gives a field is context") {
  PatternSpec badge = pattern("badge", "[A-Z]{2}\\d{6}");
  badge.context = {"badge"};
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(custom({}, {badge}));
  scanner.begin("badge");
  scanner.scan(bytes_of("AB123456"), scratch, sink);
  scanner.end(scratch, sink);
  REQUIRE(sink.all.size() == 1);
  CHECK(sink.all[0].confidence == Confidence::high);
  CHECK(sink.all[0].key_view() == "badge");
}

TEST_CASE("a check refuses what only has the shape") {
  PatternSpec member = pattern("member", "M-\\d{8}");
  member.check = ValueCheck::luhn;
  CHECK(texts_found("M-12345674 M-12345675", custom({}, {member})) == std::vector<std::string>{"M-12345674"});
}

TEST_CASE("checks agree with their published examples") {
  CHECK(passes(ValueCheck::luhn, "7992739871-3"));
  CHECK(!passes(ValueCheck::luhn, "79927398710"));
  CHECK(!passes(ValueCheck::luhn, "no digit"));
  CHECK(passes(ValueCheck::mod97, "3214282912345698765432161182"));  // GB82 WEST 1234 5698 7654 32, rearranged
  CHECK(!passes(ValueCheck::mod97, "3214282912345698765432161183"));
  CHECK(passes(ValueCheck::mod11, "0-306-40615-2"));
  CHECK(passes(ValueCheck::mod11, "0-8044-2957-X"));
  CHECK(!passes(ValueCheck::mod11, "0-306-40615-3"));
  CHECK(passes(ValueCheck::verhoeff, "2363"));
  CHECK(!passes(ValueCheck::verhoeff, "2364"));
  CHECK(passes(ValueCheck::entropy, "a8Zq0PLx7Rt2"));
  CHECK(!passes(ValueCheck::entropy, "aaaabbbb"));
}

TEST_CASE("a cut at any byte changes no detection of a user's own") {
  CHECK(scan_cut(kText, {}, several()).size() > 15);
  check_every_cut(kText, 39, several(), sorted_lines);
}

TEST_CASE("provisional ends report a user's own data, each as it is found without them") {
  check_provisional_ends(kText, 60, 100, several());
}

TEST_CASE("a pattern at the end of a packet is reported before the next byte comes") {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(several());
  scanner.begin();
  scanner.scan(bytes_of("staff EMP-1234"), scratch, sink);
  CHECK(sink.all.empty());
  scanner.provisional_end(scratch, sink);
  CHECK(sink.all.size() == 2);  // "staff" and "open"
}

TEST_CASE("a pattern that cannot be run in a stream is refused with the reason and what to do") {
  CHECK(why("EMP-\\d{4,8}").empty());
  CHECK(why("[A-Z]{2}\\d{6}").empty());
  CHECK(why("(a)\\1").find("Back-references") != std::string::npos);
  CHECK(why("(?=a)b").find("cannot be matched in a stream") != std::string::npos);
  CHECK(why("a*").find("nothing at all") != std::string::npos);
  CHECK(why("EMP-\\d+").find("upper bound") != std::string::npos);
  CHECK(why("EMP-\\d{1,1000}").find("at most 128") != std::string::npos);
  CHECK(why("((a{100}){100}){100}").find("cannot be matched in a stream") != std::string::npos);
  CHECK(why("abc$").find("wholeWords") != std::string::npos);
  CHECK(why("abc\\b").find("wholeWords") != std::string::npos);
  CHECK(why("(abc").find("cannot be matched") != std::string::npos);
  CHECK(why("caf\xc3\xa9").find("\\x") != std::string::npos);
  CHECK(why("").find("0 bytes") != std::string::npos);
  CHECK(why(std::string(kMaxPatternLength + 1, 'a')).find("512") != std::string::npos);
}

TEST_CASE("a pattern that would slow all traffic down is refused") {
  CHECK(why("[a-z0-9._]{1,64}@[a-z0-9.]{3,60}").find("% of the speed") != std::string::npos);
  CHECK(why("[a-z]{3}").find("% of the speed") != std::string::npos);
  CHECK(why(".{100}").find("% of the speed") != std::string::npos);
}

TEST_CASE("a program names the definition that it refuses") {
  ProgramError error{};
  std::string message;
  CHECK(Program::compile({{}, {}, {}, {pattern("mail", "a*")}}, error, message) == nullptr);
  CHECK(error == ProgramError::unsafe_pattern);
  CHECK(message.find("'mail'") != std::string::npos);
  CHECK(Program::compile({{}, {}, {{"words", {std::string(kMaxTermBytes + 1, 'x')}}}, {}}, error, message) == nullptr);
  CHECK(error == ProgramError::term_size);
  CHECK(Program::compile({{}, {}, {{"words", std::vector<std::string>(kMaxTerms + 1, "x")}}, {}}, error, message) ==
        nullptr);
  CHECK(error == ProgramError::too_many);
}

TEST_CASE("bytes that a user's detectors had no memory to search are told, and the next ones are searched again") {
  static bool empty;
  empty = false;
  const auto program = custom({{"names", {"nightingale"}}});
  const auto allocate = [](std::size_t size) { return empty ? nullptr : std::malloc(size); };
  REQUIRE(hs_set_stream_allocator(allocate, std::free) == HS_SUCCESS);
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(program);
  scanner.begin();
  empty = true;
  scanner.scan(bytes_of("nightingale "), scratch, sink);
  CHECK(sink.bytes_not_searched == 12);
  empty = false;
  scanner.scan(bytes_of("and a nightingale"), scratch, sink);
  CHECK(sink.bytes_not_searched == 12);
  SUBCASE("a copy without memory begins anew, and tells it") {
    empty = true;
    ContentScanner copy = scanner.fork();
    empty = false;
    Collected of_copy;
    copy.scan(bytes_of(". A nightingale"), scratch, of_copy);
    copy.end(scratch, of_copy);
    REQUIRE(of_copy.all.size() == 1);
    CHECK(of_copy.all[0].offset == 33);
    CHECK(of_copy.times_not_searched == 1);
  }
  scanner.end(scratch, sink);
  REQUIRE(sink.all.size() == 1);
  CHECK(sink.all[0].offset == 18);
  hs_set_stream_allocator(nullptr, nullptr);
}
