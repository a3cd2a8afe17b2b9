#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "protocol/golden_file.hpp"
#include "reading/reading_support.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

/// A case of a golden file: a field, and a line for each finding in it.
struct GoldenField {
  std::string title, field, findings;
};

std::vector<GoldenField> read_golden_fields(const std::filesystem::path& file) {
  std::vector<GoldenField> cases;
  std::ifstream input(file);
  std::string line, mark;
  while (std::getline(input, line)) {
    if (line.starts_with("## ")) cases.push_back({line.substr(3), {}, {}});
    if (line.starts_with("```")) {
      mark = line.substr(3);
    } else if (mark == "field") {
      cases.back().field += line;
    } else if (mark == "findings") {
      cases.back().findings += line + '\n';
    }
  }
  for (GoldenField& golden : cases) golden.field = unescape_golden(golden.field);
  return cases;
}

std::string findings_of(const Told& told) {
  std::string text;
  for (const std::string& line : lines_of(told.all)) text += line + '\n';
  for (const std::string& line : told.exceptions) text += "not decoded: " + line + '\n';
  return text;
}

}  // namespace

TEST_CASE("every golden field gives its findings, whole, cut at every byte, and byte by byte") {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(__FILE__).parent_path() / "golden";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  CHECK_FALSE(files.empty());
  for (const auto& file : files) {
    for (const GoldenField& golden : read_golden_fields(file)) {
      const std::string name = file.filename().string() + ": " + golden.title;
      CAPTURE(name);
      REQUIRE_FALSE(golden.field.empty());
      CHECK(findings_of(read_cut(golden.field, {})) == golden.findings);
      std::vector<std::size_t> every;
      for (std::size_t at = 1; at < golden.field.size(); ++at) {
        every.push_back(at);
        if (findings_of(read_cut(golden.field, {at})) != golden.findings) FAIL_CHECK("differs when cut at " << at);
      }
      CHECK(findings_of(read_cut(golden.field, every)) == golden.findings);
    }
  }
}
