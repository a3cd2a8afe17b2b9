#include <algorithm>
#include <random>

#include "flow/flow_rig.hpp"

namespace bulkhead::test {
namespace {

/// One TCP or UDP packet cut into fragments of `size` payload bytes (a multiple of eight).
std::vector<Octets> fragments_of(const Host& from, const Host& to, std::uint8_t protocol, const Octets& segment,
                                 std::size_t size, std::uint32_t id = 77) {
  std::vector<Octets> packets;
  for (std::size_t at = 0; at < segment.size(); at += size) {
    const std::size_t end = std::min(at + size, segment.size());
    const Octets part(segment.begin() + static_cast<std::ptrdiff_t>(at),
                      segment.begin() + static_cast<std::ptrdiff_t>(end));
    packets.push_back(ip_packet(from, to, protocol, part,
                                {id, static_cast<std::uint32_t>(at), end < segment.size(), {}, 0}));
  }
  return packets;
}

}  // namespace

TEST_CASE("Fragments in any order make the datagram, and the last to come carries it") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const TcpTalk talk(40'000, seed % 2 == 0);
    FlowRig rig(in_line());
    talk.shake_hands(rig);
    const std::string text(1 + random() % 4'000, 'q');
    auto packets = fragments_of(talk.client, talk.server, 6,
                                tcp_segment(talk.client, talk.server, {1'001, 9'001, kAck, 0, {}}, text),
                                8 * (1 + random() % 100));
    packets.push_back(packets[random() % packets.size()]);  // an exact duplicate changes nothing
    const Octets last = packets[random() % (packets.size() - 1)];
    std::shuffle(packets.begin(), packets.end(), random);
    std::size_t delivered_at = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const auto handling = rig.feed(packets[i]);
      CHECK_FALSE(handling.drop);
      if (handling.session != nullptr) delivered_at = i + 1;
    }
    CHECK(delivered_at + 2 > packets.size());
    CHECK(rig.session().request().bytes == text);
    CHECK(rig.session().request().in_packet_bytes == (packets.size() == 2 ? text.size() : 0));
    CHECK(rig.recorder.exceptions.empty());
  }
}

TEST_CASE("A differing IPv4 overlap is reported, the first bytes win, and inline the fragment is dropped") {
  for (const bool is_inline : {true, false}) {
    const Host client{false, 1, 5'000}, server{false, 2, 53};
    FlowRig rig(is_inline ? in_line() : offline());
    const auto good = fragments_of(client, server, 17, udp_segment(client, server, std::string(40, 'g')), 16);
    const auto evil = fragments_of(client, server, 17, udp_segment(client, server, std::string(40, 'e')), 16);
    rig.feed(good[0]);
    rig.feed(good[1]);
    CHECK(rig.feed(evil[1]).drop == is_inline);
    rig.feed(good[2]);
    CHECK(rig.session().request().datagrams == std::vector<std::string>{std::string(40, 'g')});
    CHECK(rig.recorder.count(Exception::overlap) == 1);
  }
}

TEST_CASE("An IPv6 datagram with overlapping fragments is discarded whole") {
  const Host client{true, 1, 5'000}, server{true, 2, 53};
  FlowRig rig(in_line());
  const Octets segment = udp_segment(client, server, std::string(40, 'g'));
  const auto wide = fragments_of(client, server, 17, segment, 24);
  const auto narrow = fragments_of(client, server, 17, segment, 16);
  rig.feed(wide[0]);
  CHECK(rig.feed(narrow[1]).drop);
  CHECK(rig.feed(wide[1]).drop);
  CHECK(rig.feed(narrow[2]).drop);
  CHECK(rig.session().request().datagrams.empty());
  CHECK(rig.recorder.count(Exception::overlap) == 1);
  CHECK(rig.recorder.count(Exception::fragment_limit) > 0);
}

TEST_CASE("IPv6 fragments are one datagram whatever next header the later ones claim") {
  const Host client{true, 1, 5'000}, server{true, 2, 53};
  FlowRig rig(in_line());
  auto packets = fragments_of(client, server, 17, udp_segment(client, server, std::string(40, 'g')), 16);
  packets[1][40] = 6;
  for (const Octets& packet : packets) rig.feed(packet);
  CHECK(rig.session().request().datagrams.size() == 1);
}

TEST_CASE("Identifiers, protocols, tenants and VLANs keep datagrams apart") {
  const Host client{false, 1, 5'000}, server{false, 2, 53};
  FlowRig rig;
  const auto one = fragments_of(client, server, 17, udp_segment(client, server, std::string(40, '1')), 16, 1);
  const auto two = fragments_of(client, server, 17, udp_segment(client, server, std::string(40, '2')), 16, 2);
  for (std::size_t i = 0; i < one.size(); ++i) {
    rig.feed(one[i]);
    rig.feed(two[i]);
    rig.feed(ethernet_frame(two[i], {9}), LinkType::ethernet);
    rig.feed(one[i], LinkType::raw, 5);
  }
  CHECK(rig.session(1).request().datagrams == std::vector<std::string>{std::string(40, '1'), std::string(40, '2')});
  CHECK(rig.flows.sessions_opened() == 3);
  CHECK(rig.recorder.exceptions.empty());
}

TEST_CASE("Fragments that contradict their datagram's length are malformed") {
  const Host client{false, 1, 5'000}, server{false, 2, 53};
  FlowRig rig(in_line());
  const Octets body(16, 'x');
  rig.feed(ip_packet(client, server, 17, body, {1, 32, false, {}, 0}));
  CHECK(rig.feed(ip_packet(client, server, 17, body, {1, 48, true, {}, 0})).drop);
  CHECK(rig.feed(ip_packet(client, server, 17, Octets(15, 'x'), {2, 0, true, {}, 0})).drop);
  CHECK(rig.feed(ip_packet(client, server, 17, Octets(64, 'x'), {3, 65'496, true, {}, 0})).drop);
  CHECK(rig.recorder.count(Exception::malformed_packet) == 3);
}

TEST_CASE("Unfinished datagrams are bounded in number and in time, and what they held is reported") {
  const Host client{false, 1, 5'000}, server{false, 2, 53};
  EngineConfig config;
  config.limits.max_fragments = 64;
  FlowRig rig(config);
  for (std::uint32_t id = 1; id <= 1'000; ++id)
    rig.feed(ip_packet(client, server, 17, Octets(64, 'x'), {id, 0, true, {}, 0}));
  CHECK(rig.recorder.bytes_of(Exception::fragment_limit) == (1'000 - 32) * 64);
  rig.wait(31);
  CHECK(rig.recorder.bytes_of(Exception::fragment_limit) == 1'000 * 64);
  const auto whole = fragments_of(client, server, 17, udp_segment(client, server, std::string(40, 'g')), 16);
  for (const Octets& packet : whole) rig.feed(packet);
  CHECK(rig.session().request().datagrams.size() == 1);
}

TEST_CASE("One datagram cannot take more than its share of fragments") {
  const Host client{false, 1, 5'000}, server{false, 2, 53};
  FlowRig rig;
  for (std::uint32_t i = 0; i < 400; ++i)
    rig.feed(ip_packet(client, server, 17, Octets(8, 'x'), {1, i * 16, true, {}, 0}));
  CHECK(rig.recorder.count(Exception::fragment_limit) > 100);
}

}  // namespace bulkhead::test
