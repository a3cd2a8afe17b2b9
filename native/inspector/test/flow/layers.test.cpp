#include <random>

#include "decode/checksum.hpp"
#include "flow/flow_rig.hpp"

namespace bulkhead::test {
namespace {

Octets cooked_v1(const Octets& packet) {
  Octets frame{0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0};
  add16(frame, 0x0800);
  add(frame, packet);
  return frame;
}
Octets cooked_v2(const Octets& packet) {
  Octets frame;
  add16(frame, 0x0800);
  frame.resize(20, 0);
  add(frame, packet);
  return frame;
}
Octets with_family(std::uint32_t family, bool little_endian, const Octets& packet) {
  Octets frame;
  add32(frame, family);
  if (little_endian) frame = Octets(frame.rbegin(), frame.rend());
  add(frame, packet);
  return frame;
}

}  // namespace

TEST_CASE("Every link type leads to the same payload") {
  const TcpTalk talk;
  const TcpTalk talk6(40'000, true);
  const Octets packet = talk.request_at(0, "GET /");
  const Octets packet6 = talk6.request_at(0, "GET /");
  const std::pair<LinkType, Octets> frames[] = {
      {LinkType::ethernet, ethernet_frame(packet)},
      {LinkType::ethernet, ethernet_frame(packet6)},
      {LinkType::ethernet, ethernet_frame(packet, {0x0064})},
      {LinkType::ethernet, ethernet_frame(packet6, {0x0064, 0xe0c8})},
      {LinkType::linux_sll, cooked_v1(packet)},
      {LinkType::linux_sll2, cooked_v2(packet)},
      {LinkType::null, with_family(2, true, packet)},
      {LinkType::null, with_family(2, false, packet)},
      {LinkType::null, with_family(30, true, packet6)},
      {LinkType::loop, with_family(24, false, packet6)},
      {LinkType::raw, packet},
      {LinkType::raw_bsd, packet6},
      {LinkType::ipv4, packet},
      {LinkType::ipv6, packet6},
  };
  for (const auto& [link, frame] : frames) {
    const int link_number = static_cast<int>(link);
    CAPTURE(link_number);
    FlowRig rig;
    const auto handling = rig.feed(frame, link);
    CHECK(handling.session != nullptr);
    CHECK((frame[handling.l3_offset] >> 4) == (handling.v6 ? 6 : 4));
    CHECK(handling.l4_offset == handling.l3_offset + (handling.v6 ? 40 : 20));
    CHECK(rig.session().request().bytes == "GET /");
  }
}

TEST_CASE("Padding behind a short packet is not payload") {
  FlowRig rig;
  Octets frame = ethernet_frame(TcpTalk().request_at(0, "GET "));
  frame.resize(60 + 4, 'x');
  rig.feed(frame, LinkType::ethernet);
  CHECK(rig.session().request().bytes == "GET ");
}

TEST_CASE("Control traffic passes silently, undecoded protocols are reported with their bytes") {
  FlowRig rig(in_line());
  const Octets body(46, 0x45);
  for (const std::uint16_t type : {0x0806, 0x88cc, 0x888e, 0x0026}) {
    CHECK_FALSE(rig.feed(ethernet_frame(body, {}, type), LinkType::ethernet).drop);
    CHECK(rig.recorder.exceptions.empty());
  }
  CHECK_FALSE(rig.feed(ethernet_frame(body, {}, 0x894f), LinkType::ethernet).drop);
  CHECK(rig.recorder.bytes_of(Exception::unknown_layer) == 46);
  for (const std::uint8_t protocol : {std::uint8_t{50}, std::uint8_t{89}, std::uint8_t{132}, std::uint8_t{115}})
    rig.feed(ip_packet({false, 1, 0}, {false, 2, 0}, protocol, octets("tunnelled")));
  CHECK(rig.recorder.count(Exception::unknown_layer) == 5);
  CHECK(rig.recorder.bytes_of(Exception::unknown_layer) == 46 + 4 * 9);
}

TEST_CASE("The policy for unknown layers can block inline") {
  EngineConfig config = in_line();
  config.exceptions.set(Exception::unknown_layer, ExceptionPolicy::block);
  FlowRig rig(config);
  CHECK(rig.feed(ip_packet({false, 1, 0}, {false, 2, 0}, 47, octets("gre"))).drop);
  CHECK_FALSE(rig.feed(ethernet_frame(Octets(46, 0), {}, 0x0806), LinkType::ethernet).drop);
}

TEST_CASE("More VLAN tags than are followed are a depth exception") {
  FlowRig rig;
  rig.feed(ethernet_frame(TcpTalk().request_at(0, "GET /"), {1, 2, 3}), LinkType::ethernet);
  CHECK(rig.recorder.count(Exception::depth_limit) == 1);
  CHECK(rig.flows.sessions_opened() == 0);
}

TEST_CASE("IPv4 options and IPv6 extension headers are stepped over, up to a bound") {
  const TcpTalk talk;
  const TcpTalk talk6(40'000, true);
  const Octets segment = tcp_segment(talk.client, talk.server, {1'001, 1, kAck, 0, {}}, "GET /");
  const Octets segment6 = tcp_segment(talk6.client, talk6.server, {1'001, 1, kAck, 0, {}}, "GET /");
  const auto chain_of = [](unsigned headers) {
    Octets chain;
    for (unsigned i = 1; i <= headers; ++i) {
      const Octets header{static_cast<std::uint8_t>(i == headers ? 6 : 60), 0, 1, 4, 0, 0, 0, 0};
      add(chain, header);
    }
    return chain;
  };
  FlowRig rig;
  rig.feed(ip_packet(talk.client, talk.server, 6, segment, {1, 0, false, Octets(40, 1), 0}));
  CHECK(rig.session(1).request().bytes == "GET /");
  rig.feed(ip_packet(talk6.client, talk6.server, 6, segment6, {1, 0, false, chain_of(8), 60}));
  CHECK(rig.session(2).request().bytes == "GET /");
  rig.feed(ip_packet(talk6.client, talk6.server, 6, segment6, {1, 0, false, chain_of(9), 60}));
  CHECK(rig.recorder.count(Exception::depth_limit) == 1);
  CHECK(rig.recorder.exceptions.size() == 1 + 2);  // and two midstream pick-ups
}

TEST_CASE("Headers that contradict the packet are malformed, headers a capture cut are truncated") {
  const Octets good = TcpTalk().request_at(0, "GET /");
  const auto changed = [&](std::size_t at, std::uint8_t to) {
    Octets packet = good;
    packet[at] = to;
    set16(packet, 10, 0);
    const Octets header(packet.begin(), packet.begin() + 20);
    set16(packet, 10, static_cast<std::uint16_t>(~plain_sum(header)));
    return packet;
  };
  FlowRig rig(in_line());
  CHECK(rig.feed(changed(0, 0x44)).drop);   // header shorter than a header
  CHECK(rig.feed(changed(0, 0x4f)).drop);   // header longer than the packet
  CHECK(rig.feed(changed(3, 10)).drop);     // total length inside the header
  CHECK(rig.feed(changed(2, 0x10)).drop);   // total length beyond the packet
  CHECK(rig.recorder.count(Exception::malformed_packet) == 4);
  FlowRig cut;
  for (std::size_t size = 0; size < good.size() - 5; ++size) cut.feed_cut(good, size);
  CHECK(cut.recorder.count(Exception::truncated_packet) == good.size() - 5);
  CHECK(cut.recorder.exceptions.size() == good.size() - 5);
}

TEST_CASE("UDP datagrams and ICMP messages are delivered whole, by session") {
  for (const bool v6 : {false, true}) {
    FlowRig rig(in_line());
    const Host client{v6, 1, 5'000}, server{v6, 2, 53};
    rig.feed(udp_packet(client, server, "question"));
    CHECK(rig.feed(udp_packet(server, client, "answer")).direction == Direction::response);
    rig.feed(icmp_packet(client, server, v6 ? 128 : 8, "ping data"));
    rig.feed(icmp_packet(server, client, v6 ? 129 : 0, "pong data"));
    CHECK(rig.session(1).request().datagrams == std::vector<std::string>{"question"});
    CHECK(rig.session(1).response().datagrams == std::vector<std::string>{"answer"});
    CHECK(rig.session(2).request().datagrams == std::vector<std::string>{"ping data"});
    CHECK(rig.session(2).response().datagrams == std::vector<std::string>{"pong data"});
    CHECK(rig.recorder.exceptions.empty());
    Octets wrong = udp_packet(client, server, "forged");
    wrong.back() ^= 1;
    CHECK(rig.feed(wrong).drop);
    CHECK(rig.recorder.count(Exception::bad_checksum) == 1);
    rig.wait(61);
    CHECK(rig.session(1).closed);
  }
}

TEST_CASE("A UDP datagram without checksum is inspected over IPv4, and refused over IPv6") {
  for (const bool v6 : {false, true}) {
    FlowRig rig(in_line());
    const Host client{v6, 1, 5'000}, server{v6, 2, 53};
    Octets segment = udp_segment(client, server, "plain");
    set16(segment, 6, 0);
    CHECK(rig.feed(ip_packet(client, server, 17, segment)).drop == v6);
  }
}

TEST_CASE("The fast checksum equals the plain one at every length and alignment") {
  std::mt19937 random(7);
  Octets bytes(4'096 + 64);
  for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random());
  const auto network_order = [](std::uint16_t sum) {
    const std::uint8_t* raw = reinterpret_cast<const std::uint8_t*>(&sum);
    return static_cast<std::uint16_t>((raw[0] << 8) | raw[1]);
  };
  for (std::size_t size = 0; size < 1'700; ++size) {
    const std::size_t from = size % 33;
    const Octets part(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                      bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
    CHECK(network_order(internet_sum(part)) == plain_sum(part));
    CHECK(internet_sum(part) == internet_sum_scalar(part));
  }
  const Octets ones(65'535, 0xff);
  CHECK(internet_sum(ones) == internet_sum_scalar(ones));
  CHECK(network_order(internet_sum(ones)) == plain_sum(ones));
}

}  // namespace bulkhead::test
