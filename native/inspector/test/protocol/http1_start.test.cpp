#include <string>

#include <doctest/doctest.h>

#include "protocol/http1_start.hpp"

namespace bulkhead::test {

TEST_CASE("a start line is read alike whole and in pieces, however long it is") {
  for (const std::string& line : {"HT" + std::string(80, 'x') + "TP/1.1 101 Switching", "GET /" + std::string(80, 'x') + " HTTP/1.1",
                                  std::string(80, 'M') + " / HTTP/1.1", std::string("HTTP/1.1 204")}) {
    for (const bool response : {false, true}) {
      Http1StartLine pieces;
      for (const char& c : line) pieces.add({reinterpret_cast<const std::uint8_t*>(&c), 1});
      const Http1Start one = read_http1_start(line, response), other = pieces.read(response);
      CAPTURE(line);
      CHECK(one.status == other.status);
      CHECK(one.malformed == other.malformed);
      CHECK(one.old_version == other.old_version);
      CHECK(one.method == other.method);
    }
  }
}

}  // namespace bulkhead::test
