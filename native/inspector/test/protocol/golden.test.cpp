#include <doctest/doctest.h>

#include <algorithm>

#include "protocol/golden_file.hpp"

namespace bulkhead {

TEST_CASE("every golden dialogue gives its events, whole, cut at every byte, and byte by byte") {
  std::size_t cases = 0;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    for (const GoldenCase& golden : read_golden(file)) {
      ++cases;
      const std::string name = file.filename().string() + ": " + golden.title;
      CAPTURE(name);
      REQUIRE_FALSE(golden.dialogue.empty());
      const Outcome outcome = play(golden.dialogue, whole());
      CHECK(outcome.text() == golden.events);
      CHECK(outcome.log.misuse() == "");
      CHECK(play(golden.dialogue, byte_by_byte()).text() == golden.events);
      for (std::size_t turn = 0; turn < golden.dialogue.size(); ++turn)
        for (std::size_t at = 1; at < golden.dialogue[turn].bytes.size(); ++at)
          if (play(golden.dialogue, once(turn, at)).text() != golden.events)
            FAIL_CHECK("differs when turn " << turn << " is cut at " << at);
    }
  }
  CHECK(cases > 0);
}

}  // namespace bulkhead
