#include "source/file_table.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bulkhead::sentinel;

TEST_CASE("files are counted by what is known of them, and by their folder where they have names without end") {
  FileTotals totals;
  FileTable table(totals);
  const auto add = [&table](const std::string& path, Verdict verdict = Verdict::kAllow) {
    table.add({.path = path, .executable = "/bin/sh", .verdict = verdict});
  };
  add("/tmp/log");
  add("/tmp/log");
  add("/tmp/log", Verdict::kBlock);
  add("");
  add("/" + std::string(2'000, 'x'));
  table.leave_out();
  Counts<WrittenFile> taken = table.take();
  CHECK(taken.entries.size() == 2);
  CHECK(taken.not_counted == 3);
  CHECK(taken.entries[0].thing.path == "/tmp/log");
  CHECK(taken.entries[0].count == 2);
  CHECK(taken.entries[1].thing.verdict == Verdict::kBlock);

  for (int i = 0; i < 2'000; ++i) add("/tmp/" + std::to_string(i));
  add("/data/file");
  taken = table.take();
  CHECK(taken.not_counted == 0);
  CHECK(taken.entries.size() == 33);
  std::uint64_t sum = 0;
  for (const auto& [file, count] : taken.entries) {
    if (file.is_folder) CHECK(file.path == "/tmp");
    sum += count;
  }
  CHECK(sum == 2'001);
  add("/tmp/other");
  CHECK(table.take().entries.front().thing.is_folder);
}

TEST_CASE("who wrote is left out where its name is longer than any that is told") {
  FileTotals totals;
  FileTable table(totals);
  table.add({.path = "/tmp/x", .executable = "/" + std::string(2'000, 'x')});
  CHECK(table.take().entries.front().thing.executable.empty());
}
