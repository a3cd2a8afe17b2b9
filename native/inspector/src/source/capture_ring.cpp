#include "source/capture_ring.hpp"

#include <cstring>

#include "decode/ip_layer.hpp"
#include "decode/transport_layer.hpp"
#include "source/pcapng_writer.hpp"

namespace bulkhead {
namespace {

/// Whether a packet that begins with its IP header went between the ends of a session, either way.
bool joins_ends(const RawPacket& packet, const SessionView& session) noexcept {
  if (packet.link != LinkType::ipv4 && packet.link != LinkType::ipv6) return false;
  IpLayer ip;
  TransportLayer transport;
  const bool v6 = packet.link == LinkType::ipv6;
  // The inspector has judged the packet already; whether its checksum is filled in does not matter here.
  const IpOptions options{.verify_checksum = false, .above_network_card = true};
  if (decode_ip(packet.data, packet.wire_length, 0, v6, options, ip) != LayerOutcome::ok) return false;
  if (v6 && skip_extensions(ip) != LayerOutcome::ok) return false;
  if (ip.fragmented || ip.protocol != session.ip_protocol) return false;
  if (decode_transport(ip, transport) != LayerOutcome::ok) return false;
  const auto is = [&](const Address& from, std::uint16_t from_port, const Address& to, std::uint16_t to_port) noexcept {
    return ip.source == from && transport.source_port == from_port && ip.destination == to &&
           transport.destination_port == to_port;
  };
  return is(session.client, session.client_port, session.server, session.server_port) ||
         is(session.server, session.server_port, session.client, session.client_port);
}

}  // namespace

void CaptureRing::keep(const RawPacket& packet) noexcept {
  const std::size_t length = packet.data.size();
  attributable_ = length > 0 && length <= storage_.size();
  if (!attributable_) return;
  if (head_ + length > storage_.size()) {
    // What lies between here and the end is older than everything at the front.
    while (!packets_.empty() && packets_.front().offset >= head_) packets_.pop_front();
    head_ = 0;
  }
  while (!packets_.empty() && packets_.front().offset >= head_ && packets_.front().offset < head_ + length)
    packets_.pop_front();
  std::memcpy(storage_.data() + head_, packet.data.data(), length);
  packets_.push_back({head_, static_cast<std::uint32_t>(length), packet.wire_length, packet.time_ns, 0, packet.tenant,
                      packet.link});
  head_ += length;
}

void CaptureRing::attribute(std::uint64_t session) noexcept {
  if (attributable_) packets_.back().session = session;
}

RawPacket CaptureRing::packet_of(const Kept& kept) const noexcept {
  RawPacket packet;
  packet.data = {storage_.data() + kept.offset, kept.length};
  packet.wire_length = kept.wire_length;
  packet.time_ns = kept.time_ns;
  packet.link = kept.link;
  return packet;
}

std::vector<std::uint8_t> CaptureRing::session_pcapng(const SessionView& session) const {
  PcapngWriter writer;
  for (const Kept& kept : packets_) {
    if (kept.tenant != session.tenant) continue;
    const RawPacket packet = packet_of(kept);
    if (kept.session == session.id || (kept.session == 0 && joins_ends(packet, session))) writer.add(packet);
  }
  return writer.take();
}

}  // namespace bulkhead
