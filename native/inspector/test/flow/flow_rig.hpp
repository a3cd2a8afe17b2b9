#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "flow/flows.hpp"
#include "flow/packet_builder.hpp"
#include "flow/stream_recorder.hpp"

namespace bulkhead::test {

inline EngineConfig offline() {
  EngineConfig config;
  config.hash_key[0] = 0x0706050403020100ULL;
  config.hash_key[1] = 0x0f0e0d0c0b0a0908ULL;
  return config;
}
inline EngineConfig in_line() {
  EngineConfig config = offline();
  config.inline_mode = true;
  return config;
}

/// Flows with a recorder behind it and a clock that the test moves.
class FlowRig {
 public:
  explicit FlowRig(EngineConfig config = offline()) : flows(config, recorder) {}
  ~FlowRig() {
    flows.finish();
    for (const std::string& rule : recorder.broken_rules) FAIL_CHECK(rule);
  }

  Flows::Handling feed(const Octets& packet, LinkType link = LinkType::raw, std::uint32_t tenant = 0) {
    return feed_cut(packet, packet.size(), link, tenant);
  }
  /// As a capture with a snap length would hold the packet.
  Flows::Handling feed_cut(const Octets& packet, std::size_t captured, LinkType link = LinkType::raw,
                           std::uint32_t tenant = 0) {
    const Octets exact(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(captured));
    RawPacket raw;
    raw.data = exact;
    raw.link = link;
    raw.wire_length = static_cast<std::uint32_t>(packet.size());
    raw.time_ns = now_ns;
    raw.number = ++number;
    raw.tenant = tenant;
    raw.checksum_pending = checksum_pending;
    return flows.process(raw);
  }
  const RecordedSession& session(std::uint64_t id = 1) { return recorder.sessions[id]; }
  void wait(double seconds) {
    now_ns += static_cast<std::uint64_t>(seconds * 1e9);
    flows.expire(now_ns);
  }

  StreamRecorder recorder;
  Flows flows;
  std::uint64_t now_ns = 1'700'000'000'000'000'000ULL;
  std::uint64_t number = 0;
  bool checksum_pending = false;
};

/// One TCP connection as both ends see it. Sequence numbers given to `request_at` and `response_at` are offsets of
/// the stream's first byte.
class TcpTalk {
 public:
  explicit TcpTalk(std::uint16_t client_port = 40'000, bool v6 = false, std::uint32_t client_isn = 1'000,
                   std::uint32_t server_isn = 9'000)
      : client{v6, 1, client_port}, server{v6, 2, 8'080}, client_isn_(client_isn), server_isn_(server_isn) {}

  [[nodiscard]] Octets syn() const { return tcp_packet(client, server, {client_isn_, 0, kSyn, 0, {}}); }
  [[nodiscard]] Octets syn_ack() const {
    return tcp_packet(server, client, {server_isn_, client_isn_ + 1, kSyn | kAck, 0, {}});
  }
  [[nodiscard]] Octets request_at(std::uint32_t offset, std::string_view text, std::uint8_t flags = kAck | kPsh,
                                  std::uint32_t acked = 0) const {
    return tcp_packet(client, server, {client_isn_ + 1 + offset, server_isn_ + 1 + acked, flags, 0, {}}, text);
  }
  [[nodiscard]] Octets response_at(std::uint32_t offset, std::string_view text, std::uint8_t flags = kAck | kPsh,
                                   std::uint32_t acked = 0) const {
    return tcp_packet(server, client, {server_isn_ + 1 + offset, client_isn_ + 1 + acked, flags, 0, {}}, text);
  }
  void shake_hands(FlowRig& rig) const {
    rig.feed(syn());
    rig.feed(syn_ack());
    rig.feed(request_at(0, "", kAck));
  }

  Host client, server;

 private:
  std::uint32_t client_isn_, server_isn_;
};

}  // namespace bulkhead::test
