#include "rule/judge.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace bulkhead::sentinel;

namespace {

class TestAsker final : public Asker {
 public:
  std::u16string program = u"/bin/sh";
  std::uint32_t uid = 0;
  int looks = 0;

  std::u16string_view executable() noexcept override {
    ++looks;
    return program;
  }
  std::uint32_t user() noexcept override {
    ++looks;
    return uid;
  }
};

class TestProgram final : public Program {
 public:
  explicit TestProgram(std::u16string_view name, bool of_image = true) : of_image_(of_image) { path = name; }
  bool from_image() noexcept override { return of_image_; }

 private:
  bool of_image_;
};

ProcessRule rule(const char* name, bool denies, std::u16string glob) {
  return {.name = name, .denies = denies, .executables = {Glob(std::move(glob))}, .parents = {}, .users = {}};
}

ProcessRuleSet set(const char* policy, bool enforced, std::vector<ProcessRule> rules, bool only_from_image = false) {
  return {.policy = policy, .enforced = enforced, .only_from_image = only_from_image, .rules = std::move(rules)};
}

Decision judge(const ContainerRules& rules, TestProgram program) {
  TestAsker asker;
  return judge_program(rules, program, asker);
}

}  // namespace

TEST_CASE("the first rule of a set that holds decides, and what none decides is allowed") {
  const ContainerRules rules{
      .process = {set("p", true, {rule("a", false, u"/bin/sh"), rule("b", true, u"/bin/*")})}, .file = {}};
  CHECK_FALSE(judge(rules, TestProgram(u"/bin/sh")).denied);
  CHECK_FALSE(judge(rules, TestProgram(u"/sbin/init")).denied);
  const Decision denial = judge(rules, TestProgram(u"/bin/cat"));
  CHECK(denial.denied);
  CHECK(denial.enforced);
  CHECK(*denial.policy == "p");
  CHECK(*denial.rule == "b");
}

TEST_CASE("no set silences another, and one that is enforced goes before all others") {
  const ContainerRules rules{.process = {set("tells", false, {rule("a", true, u"*")}),
                                         set("allows", true, {rule("b", false, u"*")}),
                                         set("refuses", true, {rule("c", true, u"/bin/*")})},
                             .file = {}};
  CHECK(*judge(rules, TestProgram(u"/bin/sh")).policy == "refuses");
  const Decision told = judge(rules, TestProgram(u"/usr/bin/x"));
  CHECK(*told.policy == "tells");
  CHECK_FALSE(told.enforced);
}

TEST_CASE("what no rule decides must be of the image where that is asked") {
  const ContainerRules rules{.process = {set("p", true, {rule("a", false, u"/opt/*")}, true)}, .file = {}};
  CHECK_FALSE(judge(rules, TestProgram(u"/bin/sh")).denied);
  CHECK_FALSE(judge(rules, TestProgram(u"/opt/x", false)).denied);
  const Decision denial = judge(rules, TestProgram(u"/tmp/x", false));
  CHECK(denial.denied);
  CHECK(denial.rule == nullptr);
}

TEST_CASE("a loader needs no rule, but must be of the image; run alone it is a program that runs anything") {
  const ContainerRules rules{
      .process = {set("p", true, {rule("a", false, u"/bin/*"), rule("b", true, u"*")}), set("q", true, {}, true)},
      .file = {}};
  TestProgram loader(u"/lib/ld.so");
  loader.role = Program::Role::kLoader;
  CHECK_FALSE(judge(rules, loader).denied);
  TestProgram foreign(u"/tmp/ld.so", false);
  foreign.role = Program::Role::kLoader;
  CHECK(*judge(rules, foreign).policy == "q");
  loader.role = Program::Role::kLoaderAlone;
  CHECK(*judge(rules, loader).rule == "b");
  const ContainerRules image{.process = {set("q", true, {}, true)}, .file = {}};
  CHECK(judge(image, loader).denied);
}

TEST_CASE("parents and users narrow a rule, and are looked at only where it needs them") {
  ProcessRule narrow = rule("a", true, u"/bin/sh");
  narrow.parents = {Glob(u"*/nginx")};
  narrow.users = {33, 101};
  const ContainerRules rules{.process = {set("p", true, {narrow})}, .file = {}};
  TestAsker asker;
  TestProgram other(u"/bin/cat");
  CHECK_FALSE(judge_program(rules, other, asker).denied);
  CHECK(asker.looks == 0);
  TestProgram program(u"/bin/sh");
  CHECK_FALSE(judge_program(rules, program, asker).denied);
  asker.uid = 101;
  CHECK_FALSE(judge_program(rules, program, asker).denied);
  asker.program = u"/usr/sbin/nginx";
  CHECK(judge_program(rules, program, asker).denied);
}

TEST_CASE("each way to use a file is judged by itself, and one that is denied denies the whole") {
  const FileRule reads{.name = "r", .denies = false, .access = kRead, .paths = {Glob(u"/etc/*")}, .executables = {}};
  const FileRule any{.name = "d", .denies = true, .access = kRead | kWrite, .paths = {Glob(u"/etc/*")}, .executables = {}};
  const ContainerRules rules{.process = {}, .file = {{.policy = "f", .enforced = true, .rules = {reads, any}}}};
  TestAsker asker;
  CHECK_FALSE(judge_file(rules, u"/etc/passwd", kRead, asker).denied);
  CHECK_FALSE(judge_file(rules, u"/etc/passwd", kExecute, asker).denied);
  const Decision both = judge_file(rules, u"/etc/passwd", kRead | kWrite, asker);
  CHECK(both.denied);
  CHECK(both.access == kWrite);
  CHECK_FALSE(judge_file(rules, u"/var/x", kRead | kWrite, asker).denied);
  CHECK(speak_of_file(rules, u"/etc/passwd"));
  CHECK_FALSE(speak_of_file(rules, u"/var/x"));
}

TEST_CASE("a rule about starting a file is one about programs as well") {
  const FileRule starts{
      .name = "x", .denies = true, .access = kExecute, .paths = {Glob(u"/tmp/*")}, .executables = {}};
  ContainerRules rules{.process = {}, .file = {{.policy = "f", .enforced = true, .rules = {starts}}}};
  CHECK(rules.ask_of_programs());
  CHECK_FALSE(rules.ask_of_files());
  CHECK(judge(rules, TestProgram(u"/tmp/x")).of_file);
  rules.process = {set("p", false, {rule("a", true, u"*")})};
  CHECK(judge(rules, TestProgram(u"/tmp/x")).of_file);
  CHECK_FALSE(judge(rules, TestProgram(u"/bin/x")).of_file);
}

TEST_CASE("nothing is asked for rules that say nothing") {
  CHECK_FALSE(ContainerRules{}.ask_of_programs());
  const ContainerRules empty{.process = {set("p", true, {})}, .file = {{.policy = "f", .enforced = true, .rules = {}}}};
  CHECK_FALSE(empty.ask_of_programs());
  CHECK_FALSE(empty.ask_of_files());
  CHECK_FALSE(empty.need_image());
}
