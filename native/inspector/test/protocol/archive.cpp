#include "protocol/archive.hpp"

#include <cstring>

namespace bulkhead {
namespace {

std::uint32_t little32(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

struct Segment {
  std::uint16_t source = 0;
  std::uint32_t sequence = 0;
  bool syn = false;
  bool ack = false;
  std::string payload;
};

bool read_segment(const std::string& frame, Segment& segment) {
  Reader packet({reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size()});
  packet.take(12);
  if (packet.u16() != 0x0800) return false;
  const std::uint8_t version_and_length = packet.u8();
  packet.u8();
  const std::size_t total = packet.u16();
  packet.take(5);
  const std::uint8_t protocol = packet.u8();
  packet.take(10);
  const std::size_t header = std::size_t{4} * (version_and_length & 15);
  if (protocol != 6 || header < 20) return false;
  packet.take(header - 20);
  segment.source = packet.u16();
  packet.u16();
  segment.sequence = packet.u32();
  packet.u32();
  const std::size_t tcp = std::size_t{4} * (packet.u8() >> 4);
  const std::uint8_t flags = packet.u8();
  segment.syn = (flags & 2) != 0;
  segment.ack = (flags & 16) != 0;
  packet.take(tcp - 14);
  if (!packet.ok() || total < header + tcp) return false;
  const Bytes payload = packet.take(total - header - tcp);
  segment.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
  return packet.ok();
}

}  // namespace

Dialogue read_capture(const std::string& pcap) {
  Dialogue dialogue;
  std::uint16_t client = 0;
  std::uint32_t next[2] = {0, 0};
  bool known[2] = {false, false};
  for (std::size_t at = 24; at + 16 <= pcap.size();) {
    const std::size_t captured = little32(pcap, at + 8);
    Segment segment;
    const bool tcp = read_segment(pcap.substr(at + 16, captured), segment);
    at += 16 + captured;
    if (!tcp) continue;
    if (segment.syn && !segment.ack && client == 0) client = segment.source;
    const Direction direction = segment.source == client ? Direction::request : Direction::response;
    const std::size_t i = index_of(direction);
    if (segment.syn || !known[i]) next[i] = segment.sequence + (segment.syn ? 1 : 0);
    known[i] = true;
    if (segment.payload.empty() || segment.sequence != next[i]) continue;
    next[i] += static_cast<std::uint32_t>(segment.payload.size());
    dialogue.push_back({Turn::Kind::bytes, direction, segment.payload, 0});
  }
  return dialogue;
}

}  // namespace bulkhead
