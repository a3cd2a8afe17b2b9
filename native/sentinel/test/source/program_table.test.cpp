#include "source/program_table.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace bulkhead::sentinel;

TEST_CASE("programs are counted by what is known of them, until they are taken") {
  SharedTotal all(ProgramTable::kMostOfAll);
  ProgramTable table(all);
  table.add({"/bin/sh", 0, true, Verdict::kAllow});
  table.add({"/bin/sh", 0, true, Verdict::kAllow});
  table.add({"/bin/sh", 7, true, Verdict::kAllow});
  table.add({"/bin/sh", std::nullopt, std::nullopt, Verdict::kAllow});
  table.add({"/bin/sh", 0, false, Verdict::kAllow});
  table.add({"/bin/sh", 0, true, Verdict::kBlock});
  const Counts<RunProgram> taken = table.take();
  CHECK(taken.entries.size() == 5);
  std::uint64_t sum = 0;
  for (const Counts<RunProgram>::Entry& counted : taken.entries) sum += counted.count;
  CHECK(sum == 6);
  CHECK(taken.not_counted == 0);
  CHECK(table.take().entries.empty());
}

TEST_CASE("what has no name, one that is too long, or no room is a number") {
  SharedTotal all(ProgramTable::kMostOfAll);
  ProgramTable table(all);
  table.add({"", 0, true, Verdict::kAllow});
  table.add({std::string(ProgramTable::kMaxPath + 1, 'x'), 0, true, Verdict::kAllow});
  table.add({std::string(ProgramTable::kMaxPath, 'x'), 0, true, Verdict::kAllow});
  table.leave_out();
  for (std::size_t i = 0; i < ProgramTable::kMost; ++i) {
    table.add({"/tmp/" + std::to_string(i), 0, false, Verdict::kAllow});
  }
  table.add({"/tmp/0", 0, false, Verdict::kAllow});
  const Counts<RunProgram> taken = table.take();
  CHECK(taken.entries.size() == ProgramTable::kMost);
  CHECK(taken.not_counted == 4);
  CHECK(table.take().not_counted == 0);
}

TEST_CASE("all containers together have no more than they may, and room again once it was taken") {
  SharedTotal all(ProgramTable::kMostOfAll);
  std::vector<std::unique_ptr<ProgramTable>> tables;
  const auto fill = [](ProgramTable& table) {
    for (std::size_t i = 0; i < ProgramTable::kMost; ++i) table.add({std::to_string(i), 0, true, Verdict::kAllow});
  };
  while (all.taken() < ProgramTable::kMostOfAll) fill(*tables.emplace_back(std::make_unique<ProgramTable>(all)));
  ProgramTable late(all);
  late.add({"/bin/sh", 0, true, Verdict::kAllow});
  tables.front()->add({"0", 0, true, Verdict::kAllow});
  CHECK(late.take().not_counted == 1);
  CHECK(tables.front()->take().entries.front().count == 2);
  late.add({"/bin/sh", 0, true, Verdict::kAllow});
  CHECK(late.take().entries.size() == 1);
  tables.clear();
  CHECK(all.taken() == 0);
}

TEST_CASE("what few containers run does not take the room of the others") {
  SharedTotal all(ProgramTable::kMostOfAll);
  std::vector<std::unique_ptr<ProgramTable>> tables;
  for (int container = 0; container < 100; ++container) {
    ProgramTable& table = *tables.emplace_back(std::make_unique<ProgramTable>(all));
    for (std::size_t i = 0; i < ProgramTable::kMost; ++i) table.add({std::to_string(i), 0, true, Verdict::kAllow});
  }
  ProgramTable late(all);
  for (int i = 0; i < 32; ++i) late.add({std::to_string(i), 0, true, Verdict::kAllow});
  const Counts<RunProgram> taken = late.take();
  CHECK(taken.entries.size() == 32);
  CHECK(taken.not_counted == 0);
  const Counts<RunProgram> greedy = tables.back()->take();
  CHECK(greedy.entries.size() == 32);
  CHECK(greedy.not_counted == ProgramTable::kMost - 32);
}
