#include <doctest/doctest.h>

#include "protocol/dialogue.hpp"

namespace bulkhead {
namespace {

std::string long_header(char first, const std::string& version, const std::string& to, const std::string& from,
                        std::size_t size) {
  std::string out = std::string(1, first) + version;
  out += static_cast<char>(to.size()) + to;
  out += static_cast<char>(from.size()) + from;
  out.resize(size, 'x');
  return out;
}

const std::string kVersion1("\0\0\0\1", 4), kVersion2("\x6b\x33\x43\xcf", 4);

Dialogue datagrams(const std::string& client, const std::string& server, const std::string& later) {
  return {{Turn::Kind::datagram, Direction::request, client, 0},
          {Turn::Kind::datagram, Direction::response, server, 0},
          {Turn::Kind::datagram, Direction::request, later, 0}};
}

}  // namespace

TEST_CASE("an Initial and an answer to the client's connection id prove QUIC, versions 1 and 2") {
  const Outcome first = play(datagrams(long_header('\xc3', kVersion1, "serverid", "client", 1200),
                                       long_header('\xc1', kVersion1, "client", "chosen", 1200), "short"), whole());
  CHECK(first.encrypted);
  CHECK(first.protocol == Protocol::quic);
  CHECK(first.log.fields().size() == 2);
  const Outcome second = play(datagrams(long_header('\xd3', kVersion2, "serverid", "", 1252),
                                        long_header('\xd1', kVersion2, "", "chosen", 900), "short"), whole());
  CHECK(second.encrypted);
}

TEST_CASE("datagrams that only begin like QUIC are content, each a field of its own") {
  const std::string initial = long_header('\xc3', kVersion1, "serverid", "client", 1200);
  const std::string answer = long_header('\xc1', kVersion1, "client", "chosen", 1200);
  struct Fake {
    const char* what;
    std::string client, server;
  };
  const Fake fakes[] = {
      {"an Initial that is too short", initial.substr(0, 1199), answer},
      {"an answer to another connection", initial, long_header('\xc1', kVersion1, "clienT", "chosen", 1200)},
      {"an unknown version", long_header('\xc3', "abcd", "serverid", "client", 1200), answer},
      {"a packet of another type first", long_header('\xe3', kVersion1, "serverid", "client", 1200), answer},
      {"an id too long", long_header('\xc3', kVersion1, std::string(21, 'i'), "client", 1200), answer},
      {"an answer cut short", initial, answer.substr(0, 9)},
      {"no long header", "hello", "hello"},
  };
  for (const Fake& fake : fakes) {
    CAPTURE(fake.what);
    const Outcome outcome = play(datagrams(fake.client, fake.server, "4111111111111111"), whole());
    CHECK_FALSE(outcome.encrypted);
    CHECK(outcome.protocol == Protocol::udp);
    CHECK(outcome.log.fields() == std::vector<std::string>{fake.client, fake.server, "4111111111111111"});
  }
}

}  // namespace bulkhead
