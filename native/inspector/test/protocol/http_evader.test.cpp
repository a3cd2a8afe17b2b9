#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "protocol/archive.hpp"
#include "protocol/dialogue.hpp"

namespace bulkhead {
namespace {

const std::string kEicar = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE";

}  // namespace

TEST_CASE("a string hidden by any trick of the http-evader pack is found, however the session is cut") {
  const auto files = read_archive(shared_captures() / "http-evader-half.tar.gz");
  if (files.empty()) {
    MESSAGE("skipped: ../shared/pcaps/http-evader-half.tar.gz is not here");
    return;
  }
  std::size_t captures = 0;
  for (const ArchiveFile& file : files) {
    if (!file.name.ends_with(".pcap")) continue;
    ++captures;
    CAPTURE(file.name);
    const Dialogue dialogue = read_capture(file.bytes);
    const Outcome outcome = play(dialogue, whole());
    CHECK_MESSAGE(outcome.log.contains(kEicar), outcome.text());
    CHECK(outcome.log.misuse() == "");
    CHECK(play(dialogue, byte_by_byte()).text() == outcome.text());
    for (std::uint64_t seed = 1; seed <= 8; ++seed) CHECK(play(dialogue, at_random(seed)).text() == outcome.text());
  }
  CHECK(captures == 255);
}

TEST_CASE("odd HTTP streams are taken without misuse of the sink, and alike however they are cut") {
  const auto files = read_archive(shared_captures() / "libhtp-http-tests.tar.gz");
  if (files.empty()) {
    MESSAGE("skipped: ../shared/pcaps/libhtp-http-tests.tar.gz is not here");
    return;
  }
  for (const ArchiveFile& file : files) {
    CAPTURE(file.name);
    // The files mark turns by lines of ">>>" and "<<<"; everything else is the stream.
    Dialogue dialogue;
    Direction direction = Direction::request;
    std::size_t at = 0;
    while (at < file.bytes.size()) {
      const std::size_t to_server = file.bytes.find(">>>", at);
      const std::size_t to_client = file.bytes.find("<<<", at);
      const std::size_t mark = std::min(to_server, to_client);
      const std::size_t end = std::min(mark, file.bytes.size());
      if (end > at) dialogue.push_back({Turn::Kind::bytes, direction, file.bytes.substr(at, end - at), 0});
      if (mark == std::string::npos) break;
      direction = to_server < to_client ? Direction::request : Direction::response;
      const std::size_t line = file.bytes.find('\n', mark);
      if (line == std::string::npos) break;
      at = line + 1;
    }
    const Outcome outcome = play(dialogue, whole());
    CHECK(outcome.log.misuse() == "");
    CHECK(play(dialogue, byte_by_byte()).text() == outcome.text());
    for (std::uint64_t seed = 1; seed <= 8; ++seed) CHECK(play(dialogue, at_random(seed)).text() == outcome.text());
  }
}

}  // namespace bulkhead
