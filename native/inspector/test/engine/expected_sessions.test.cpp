#include "engine/expected_sessions.hpp"

#include <doctest/doctest.h>

namespace bulkhead::test {
namespace {

Address host(std::uint8_t last) {
  Address address;
  address.bytes[10] = address.bytes[11] = 0xff;
  address.bytes[12] = 10;
  address.bytes[15] = last;
  return address;
}

SessionView session(std::uint64_t id, std::uint16_t port, std::uint32_t tenant = 0) {
  SessionView view;
  view.client = host(1);
  view.server = host(2);
  view.server_port = port;
  view.tenant = tenant;
  view.id = id;
  return view;
}

Announcement at_server(std::uint16_t port) { return {Announcement::Kind::at_server, port, false, {}, {}}; }

}  // namespace

TEST_CASE("an announcement holds for one session, in its tenant, for a minute") {
  ExpectedSessions expected;
  expected.announce(session(1, 21), at_server(5'000), 0);
  CHECK_FALSE(expected.take(session(2, 5'001), 1).has_value());
  CHECK_FALSE(expected.take(session(2, 5'000, 7), 1).has_value());
  CHECK(expected.take(session(2, 5'000), 1).has_value());
  CHECK_FALSE(expected.take(session(3, 5'000), 1).has_value());
  expected.announce(session(1, 21), at_server(5'000), 0);
  CHECK_FALSE(expected.take(session(2, 5'000), ExpectedSessions::kLifetimeNs + 1).has_value());
}

TEST_CASE("a control connection announces one session at a time, and the oldest of too many gives way") {
  ExpectedSessions expected;
  expected.announce(session(1, 21), at_server(5'000), 0);
  expected.announce(session(1, 21), at_server(5'001), 0);
  CHECK_FALSE(expected.take(session(2, 5'000), 1).has_value());
  CHECK(expected.take(session(2, 5'001), 1).has_value());
  for (std::uint16_t i = 0; i <= ExpectedSessions::kMost; ++i)
    expected.announce(session(10U + i, 21), at_server(static_cast<std::uint16_t>(6'000 + i)), 0);
  CHECK_FALSE(expected.take(session(2, 6'000), 1).has_value());
  std::size_t left = 0;
  for (std::uint16_t i = 0; i <= ExpectedSessions::kMost; ++i)
    left += expected.take(session(2, static_cast<std::uint16_t>(6'000 + i)), 1).has_value() ? 1 : 0;
  CHECK(left == ExpectedSessions::kMost);
}

TEST_CASE("a name that is too long is cut, and one without an announcement is nobody's") {
  ExpectedSessions expected;
  const std::string name(200, 'n');
  expected.announce(session(1, 21), {Announcement::Kind::name, 0, false, {}, name}, 0);
  CHECK_FALSE(expected.take(session(2, 0), 1).has_value());
  expected.announce(session(1, 21), at_server(5'000), 0);
  expected.announce(session(1, 21), {Announcement::Kind::name, 0, false, {}, name}, 0);
  CHECK(expected.take(session(2, 5'000), 1)->view() == name.substr(0, kMaxFieldKey));
}

}  // namespace bulkhead::test
