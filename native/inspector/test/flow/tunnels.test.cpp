#include "decode/tunnel.hpp"

#include <functional>
#include <utility>

#include "flow/flow_rig.hpp"

namespace bulkhead::test {
namespace {

const Host kA{false, 101, 50'000};
const Host kB{false, 102, 4'789};

Octets joined(Octets head, const Octets& tail) {
  add(head, tail);
  return head;
}
Octets over_udp(std::uint16_t port, const Octets& payload) {
  const Host to{false, kB.number, port};
  return udp_packet(kA, to, std::string(payload.begin(), payload.end()));
}
Octets vxlan(std::uint32_t vni, const Octets& frame, std::uint16_t port = 4'789) {
  Octets header;
  add32(header, 0x08000000U);
  add32(header, vni << 8);
  return over_udp(port, joined(header, frame));
}
Octets geneve(std::uint32_t vni, const Octets& frame) {
  Octets header;
  add16(header, 0x0100);  // one word of options
  add16(header, 0x6558);
  add32(header, vni << 8);
  add32(header, 0x01020300);
  return over_udp(6'081, joined(header, frame));
}
Octets gtp(std::uint32_t teid, const Octets& packet) {
  Octets header{0x34, 0xff};
  add16(header, static_cast<std::uint32_t>(packet.size() + 8));
  add32(header, teid);
  add32(header, 0x00000085U);            // sequence number, N-PDU, then a PDU session container
  add(header, {0x01, 0x00, 0x01, 0x00});
  return over_udp(2'152, joined(header, packet));
}
Octets gre(std::uint16_t flags, std::uint16_t type, const Octets& options, const Octets& inner) {
  Octets header;
  add16(header, flags);
  add16(header, type);
  add(header, options);
  return ip_packet(kA, kB, 47, joined(header, inner));
}
Octets mpls(const std::vector<std::uint32_t>& labels, const Octets& inner) {
  Octets stack;
  for (std::size_t i = 0; i < labels.size(); ++i) add32(stack, labels[i] << 12 | (i + 1 == labels.size() ? 0x100U : 0U) | 64);
  return ethernet_frame(joined(stack, inner), {}, 0x8847);
}
Octets pppoe(std::uint16_t session, const Octets& packet) {
  Octets header{0x11, 0x00};
  add16(header, session);
  add16(header, static_cast<std::uint32_t>(packet.size() + 2));
  add16(header, (packet[0] >> 4) == 6 ? 0x0057U : 0x0021U);
  return ethernet_frame(joined(header, packet), {}, 0x8864);
}

struct Case {
  const char* name;
  std::function<Octets(const Octets&)> wrap;
  LinkType link = LinkType::raw;
};
std::vector<Case> tunnels() {
  return {
      {"IP in IP", [](const Octets& p) { return ip_packet(kA, kB, (p[0] >> 4) == 6 ? 41 : 4, p); }},
      {"GRE", [](const Octets& p) { return gre(0, (p[0] >> 4) == 6 ? 0x86dd : 0x0800, {}, p); }},
      {"GRE with checksum, key and sequence", [](const Octets& p) {
         return gre(0xb000, (p[0] >> 4) == 6 ? 0x86dd : 0x0800, Octets(12, 7), p);
       }},
      {"GRE with an Ethernet frame", [](const Octets& p) { return gre(0, 0x6558, {}, ethernet_frame(p, {5})); }},
      {"GRE with MPLS", [](const Octets& p) {
         return gre(0, 0x8847, {0x00, 0x01, 0x01, 0x40}, p);
       }},
      {"PPTP", [](const Octets& p) {
         return gre(0x3001, 0x880b, joined({0, 60, 0, 9, 0, 0, 0, 1}, {0xff, 0x03, 0x00, static_cast<std::uint8_t>((p[0] >> 4) == 6 ? 0x57 : 0x21)}), p);
       }},
      {"ERSPAN II", [](const Octets& p) { return gre(0x1000, 0x88be, Octets(12, 1), ethernet_frame(p)); }},
      {"ERSPAN III", [](const Octets& p) { return gre(0x1000, 0x22eb, Octets(16, 0), ethernet_frame(p)); }},
      {"VXLAN", [](const Octets& p) { return vxlan(7, ethernet_frame(p)); }},
      {"VXLAN at the port of Linux", [](const Octets& p) { return vxlan(7, ethernet_frame(p, {3}), 8'472); }},
      {"Geneve", [](const Octets& p) { return geneve(9, ethernet_frame(p)); }},
      {"GTP-U", [](const Octets& p) { return gtp(0x1234, p); }},
      {"MPLS", [](const Octets& p) { return mpls({100, 200}, p); }, LinkType::ethernet},
      {"MPLS pseudowire", [](const Octets& p) { return mpls({100}, joined({0, 0, 0, 0}, ethernet_frame(p))); }, LinkType::ethernet},
      {"PPPoE", [](const Octets& p) { return pppoe(11, p); }, LinkType::ethernet},
      {"VXLAN in GRE", [](const Octets& p) { return gre(0, 0x0800, {}, vxlan(7, ethernet_frame(p))); }},
  };
}

void talk_through(const Case& tunnel, FlowRig& rig, const TcpTalk& talk) {
  rig.feed(tunnel.wrap(talk.syn()), tunnel.link);
  rig.feed(tunnel.wrap(talk.syn_ack()), tunnel.link);
  rig.feed(tunnel.wrap(talk.request_at(0, "hello, ")), tunnel.link);
  rig.feed(tunnel.wrap(talk.request_at(7, "inside")), tunnel.link);
}

}  // namespace

TEST_CASE("A session in a tunnel is followed like any other") {
  for (const Case& tunnel : tunnels()) {
    for (const bool v6 : {false, true}) {
      CAPTURE(std::string(tunnel.name));
      CAPTURE(v6);
      FlowRig rig;
      talk_through(tunnel, rig, TcpTalk(40'000, v6));
      CHECK(rig.session().request().bytes == "hello, inside");
      // Labels leave the packet's own headers where they say they are; what is behind another header is elsewhere.
      CHECK(rig.session().request().in_packet_bytes == (tunnel.link == LinkType::ethernet ? 13 : 0));
      CHECK(rig.recorder.exceptions.empty());
    }
  }
}

TEST_CASE("The same addresses in two tunnels, or in none, are different sessions") {
  const TcpTalk talk;
  FlowRig rig;
  const std::vector<std::pair<Octets, LinkType>> first{
      {vxlan(1, ethernet_frame(talk.syn())), LinkType::raw},   {vxlan(2, ethernet_frame(talk.syn())), LinkType::raw},
      {geneve(1, ethernet_frame(talk.syn())), LinkType::raw},  {mpls({1}, talk.syn()), LinkType::ethernet},
      {mpls({1, 2}, talk.syn()), LinkType::ethernet},          {pppoe(1, talk.syn()), LinkType::ethernet},
      {vxlan(1, ethernet_frame(talk.syn(), {1})), LinkType::raw}, {gtp(1, talk.syn()), LinkType::raw},
      {talk.syn(), LinkType::raw}};
  for (const auto& [packet, link] : first) rig.feed(packet, link);
  rig.feed(vxlan(1, ethernet_frame(talk.syn_ack())));
  rig.feed(vxlan(1, ethernet_frame(talk.request_at(0, "one"))));
  rig.feed(vxlan(2, ethernet_frame(talk.syn_ack())));
  rig.feed(vxlan(2, ethernet_frame(talk.request_at(0, "two"))));
  CHECK(rig.session(1).request().bytes == "one");
  CHECK(rig.session(2).request().bytes == "two");
  CHECK(rig.recorder.exceptions.empty());
}

TEST_CASE("A datagram to a tunnel's port that is no tunnel is inspected as a datagram") {
  for (const Octets& payload : {octets("card 4111111111111111, not a tunnel"), octets(""),
                                joined({8, 0, 0, 0, 0, 0, 7, 0}, octets("neither, though it begins like one"))}) {
    for (const std::uint16_t port : {4'789, 8'472, 6'081, 2'152}) {
      CAPTURE(port);
      FlowRig rig;
      rig.feed(over_udp(port, payload));
      CHECK(rig.recorder.exceptions.empty());
      if (!payload.empty()) REQUIRE(rig.session().request().datagrams.size() == 1);
    }
  }
}

TEST_CASE("Bytes behind the inner packet make it a datagram, so that nothing hides there") {
  const TcpTalk talk;
  FlowRig rig;
  rig.feed(vxlan(7, joined(ethernet_frame(talk.syn()), octets("4111111111111111 behind the packet"))));
  REQUIRE(rig.session().request().datagrams.size() == 1);
  CHECK(rig.session().request().datagrams[0].find("behind the packet") != std::string::npos);
}

TEST_CASE("Tunnels beyond the depth that is followed, and broken ones, are exceptions") {
  const TcpTalk talk;
  Octets packet = talk.request_at(0, "deep");
  for (unsigned i = 0; i < kMaxTunnels; ++i) packet = ip_packet(kA, kB, 4, packet);
  FlowRig rig;
  rig.feed(packet);
  CHECK(rig.recorder.exceptions.size() == 1);
  CHECK(rig.recorder.count(Exception::midstream) == 1);  // the deepest that is followed
  rig.feed(ip_packet(kA, kB, 4, packet));
  CHECK(rig.recorder.count(Exception::depth_limit) == 1);
  rig.feed(ip_packet(kA, kB, 47, {0x20, 0x00}));
  CHECK(rig.recorder.count(Exception::malformed_packet) == 1);
  rig.feed(gre(0x4000, 0x0800, {}, packet));
  CHECK(rig.recorder.count(Exception::unknown_layer) == 1);
  rig.feed(mpls(std::vector<std::uint32_t>(kMaxLabels + 1, 5), packet), LinkType::ethernet);
  CHECK(rig.recorder.count(Exception::depth_limit) == 2);
}

TEST_CASE("Fragments of a tunnel, and fragments in a tunnel, are put together; not both at once") {
  const TcpTalk talk;
  const Octets inner = talk.request_at(0, std::string(600, 'x'));
  const auto halves = [](const Host& from, const Host& to, std::uint8_t protocol, const Octets& payload, std::uint32_t id) {
    const std::size_t cut = payload.size() / 16 * 8;
    const Octets head(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(cut));
    const Octets tail(payload.begin() + static_cast<std::ptrdiff_t>(cut), payload.end());
    return std::pair{ip_packet(from, to, protocol, head, {id, 0, true, {}, 0}),
                     ip_packet(from, to, protocol, tail, {id, static_cast<std::uint32_t>(cut), false, {}, 0})};
  };
  {
    FlowRig rig;
    talk.shake_hands(rig);
    const auto [head, tail] = halves(kA, kB, 4, inner, 3);
    rig.feed(head);
    rig.feed(tail);
    CHECK(rig.session(2).request().bytes.size() == 600);
  }
  {
    FlowRig rig;
    const Octets segment = tcp_segment(talk.client, talk.server, {1'001, 9'001, kAck, 0, {}}, std::string(600, 'x'));
    const auto [head, tail] = halves(talk.client, talk.server, 6, segment, 4);
    rig.feed(vxlan(7, ethernet_frame(head)));
    rig.feed(vxlan(7, ethernet_frame(tail)));
    CHECK(rig.session().request().bytes.size() == 600);
  }
  {
    FlowRig rig;
    const Octets segment = tcp_segment(talk.client, talk.server, {1'001, 9'001, kAck, 0, {}}, std::string(600, 'x'));
    const auto [inner_head, inner_tail] = halves(talk.client, talk.server, 6, segment, 4);
    const auto [head, tail] = halves(kA, kB, 4, inner_head, 3);
    rig.feed(head);
    rig.feed(tail);
    CHECK(rig.recorder.count(Exception::fragment_limit) == 1);
    CHECK(!inner_tail.empty());
  }
}

}  // namespace bulkhead::test
