#include "source/capture_ring.hpp"

#include <string>

#include "source/read_capture.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

void keep(CaptureRing& ring, const std::string& data, std::uint64_t session) {
  RawPacket packet;
  packet.data = {reinterpret_cast<const std::uint8_t*>(data.data()), data.size()};
  packet.wire_length = static_cast<std::uint32_t>(data.size());
  packet.link = LinkType::ipv4;
  packet.tenant = 1;
  ring.keep(packet);
  if (session != 0) ring.attribute(session);
}

SessionView session_of(std::uint64_t id, std::uint32_t tenant = 1) {
  SessionView view;
  view.id = id;
  view.tenant = tenant;
  view.ip_protocol = 6;
  view.client.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
  view.server.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2};
  view.client_port = 1000;
  view.server_port = 80;
  return view;
}

/// An IPv4 packet with a bare TCP header.
std::string tcp_packet(std::uint8_t from, std::uint16_t from_port, std::uint8_t to, std::uint16_t to_port) {
  std::string packet(40, '\0');
  const auto put16 = [&](std::size_t at, unsigned value) {
    packet[at] = static_cast<char>(value >> 8);
    packet[at + 1] = static_cast<char>(value);
  };
  packet[0] = 0x45;
  put16(2, 40);
  packet[8] = 64;
  packet[9] = 6;
  packet[12] = packet[16] = 10;
  packet[15] = static_cast<char>(from);
  packet[19] = static_cast<char>(to);
  put16(20, from_port);
  put16(22, to_port);
  packet[32] = 0x50;
  packet[33] = 0x02;
  return packet;
}

std::vector<std::string> kept(const CaptureRing& ring, std::uint64_t session) {
  std::vector<std::string> texts;
  const std::vector<std::uint8_t> file = ring.session_pcapng(session_of(session));
  if (file.empty()) return texts;
  for (const ReadPacket& packet : read_all_of(file).packets) texts.push_back(packet.data);
  return texts;
}

}  // namespace

TEST_SUITE("capture ring") {
  TEST_CASE("gives the packets of one session, oldest first") {
    CaptureRing ring(1'000);
    keep(ring, "one", 7);
    keep(ring, "other", 8);
    keep(ring, "two", 7);
    CHECK(kept(ring, 7) == std::vector<std::string>{"one", "two"});
    CHECK(kept(ring, 9).empty());
    CHECK(ring.session_pcapng(session_of(7, 2)).empty());
  }

  TEST_CASE("gives the handshake that came before there was a session, and no other's") {
    CaptureRing ring(1'000);
    const std::string syn = tcp_packet(1, 1000, 2, 80);
    const std::string answer = tcp_packet(2, 80, 1, 1000);
    keep(ring, tcp_packet(1, 1001, 2, 80), 0);
    keep(ring, syn, 0);
    keep(ring, tcp_packet(3, 1000, 2, 80), 0);
    keep(ring, answer, 0);
    keep(ring, "not IP at all", 0);
    keep(ring, tcp_packet(1, 1000, 2, 80) + "x", 8);
    keep(ring, "data", 7);
    CHECK(kept(ring, 7) == std::vector<std::string>{syn, answer, "data"});
  }

  TEST_CASE("forgets the oldest packets first, whatever their sizes") {
    for (std::size_t bytes = 20; bytes < 200; bytes += 7) {
      CaptureRing ring(bytes);
      std::vector<std::string> all;
      for (int i = 0; i < 60; ++i) {
        all.push_back("p" + std::to_string(i) + std::string(static_cast<std::size_t>(i * 5 % 17), '.'));
        keep(ring, all.back(), 1);
        const std::vector<std::string> have = kept(ring, 1);
        REQUIRE_FALSE(have.empty());
        REQUIRE(have.size() <= all.size());
        const std::vector<std::string> newest(all.end() - static_cast<std::ptrdiff_t>(have.size()), all.end());
        REQUIRE(have == newest);
      }
    }
  }

  TEST_CASE("does not keep a packet larger than itself, nor attributes its session to another") {
    CaptureRing ring(8);
    keep(ring, "small", 1);
    keep(ring, "much too large", 2);
    CHECK(kept(ring, 1) == std::vector<std::string>{"small"});
    CHECK(kept(ring, 2).empty());
  }
}
