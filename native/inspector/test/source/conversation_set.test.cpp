#include "source/conversation_set.hpp"

#include <doctest/doctest.h>

using namespace bulkhead;

namespace {

SessionView session(std::uint32_t client, std::uint16_t port = 80, std::uint8_t ip_protocol = 6) {
  SessionView view;
  view.client.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, static_cast<std::uint8_t>(client >> 8),
                       static_cast<std::uint8_t>(client)};
  view.server.bytes[15] = 9;
  view.client_port = static_cast<std::uint16_t>(client * 7);
  view.server_port = port;
  view.ip_protocol = ip_protocol;
  return view;
}

}  // namespace

TEST_CASE("what sessions speak is handed over once, whatever their clients' ports, and again when it is spoken again") {
  ConversationSet set;
  CHECK(set.take().empty());
  for (int round = 0; round < 2; ++round) {
    SessionView again = session(1);
    for (std::uint16_t port = 0; port < 100; ++port) {
      again.client_port = port;
      CHECK(set.add(again, Protocol::redis));
    }
    const std::vector<ConversationRecord> taken = set.take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].client == session(1).client.bytes);
    CHECK(taken[0].server == session(1).server.bytes);
    CHECK(taken[0].port == 80);
    CHECK(taken[0].ip_protocol == 6);
    CHECK(taken[0].protocol == static_cast<std::uint8_t>(Protocol::redis));
  }
}

TEST_CASE("whatever differs makes it another one") {
  ConversationSet set;
  set.add(session(1), Protocol::redis);
  set.add(session(2), Protocol::redis);
  set.add(session(1, 81), Protocol::redis);
  set.add(session(1, 80, 17), Protocol::redis);
  set.add(session(1), Protocol::tls);
  SessionView other = session(1);
  other.server.bytes[0] = 1;
  set.add(other, Protocol::redis);
  CHECK(set.take().size() == 6);
}

TEST_CASE("a set takes no more than it may, still knows what it has, and has room again once it was asked") {
  ConversationSet set;
  for (std::uint32_t client = 0; client < ConversationSet::kMost; ++client) REQUIRE(set.add(session(client), Protocol::http1));
  CHECK_FALSE(set.add(session(ConversationSet::kMost), Protocol::http1));
  for (std::uint32_t client = 0; client < ConversationSet::kMost; ++client) REQUIRE(set.add(session(client), Protocol::http1));
  CHECK(set.take().size() == ConversationSet::kMost);
  CHECK(set.add(session(ConversationSet::kMost), Protocol::http1));
  CHECK(set.take().size() == 1);
}
