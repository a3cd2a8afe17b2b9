#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulkhead/packet.hpp"

namespace bulkhead::test {

using Buffer = std::vector<std::uint8_t>;

inline constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16;

inline void put16(Buffer& b, std::size_t at, std::uint32_t v) {
  b[at] = static_cast<std::uint8_t>(v >> 8);
  b[at + 1] = static_cast<std::uint8_t>(v);
}
inline void put32(Buffer& b, std::size_t at, std::uint32_t v) {
  put16(b, at, v >> 16);
  put16(b, at + 2, v);
}

inline std::uint16_t internet_checksum(const std::uint8_t* p, std::size_t n, std::uint64_t sum) {
  for (std::size_t i = 0; i + 1 < n; i += 2) sum += (std::uint64_t{p[i]} << 8) | p[i + 1];
  if (n % 2 != 0) sum += std::uint64_t{p[n - 1]} << 8;
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

inline std::uint64_t pseudo_sum(const Buffer& packet, std::size_t l4) {
  std::uint64_t sum = 6 + (packet.size() - l4);
  for (std::size_t i = 12; i < 20; i += 2) sum += (std::uint64_t{packet[i]} << 8) | packet[i + 1];
  return sum;
}

inline bool checksums_hold(const Buffer& packet) {
  return internet_checksum(packet.data(), 20, 0) == 0 &&
         internet_checksum(packet.data() + 20, packet.size() - 20, pseudo_sum(packet, 20)) == 0;
}

inline std::string payload_of(const Buffer& packet) {
  return {packet.begin() + 40, packet.end()};
}

/// Writes the packets of one TCP session over IPv4 (LinkType::raw), as two real hosts would.
class TcpScript {
 public:
  explicit TcpScript(std::uint16_t client_port = 40'000) : client_port_(client_port) {}
  /// The same two hosts, the other one being the client.
  [[nodiscard]] TcpScript turned() const {
    TcpScript other(*this);
    std::swap(other.client_, other.server_);
    return other;
  }

  Buffer syn() { return segment(true, kSyn, {}, client_next_ - 1); }
  Buffer syn_ack() { return segment(false, kSyn | kAck, {}, server_next_ - 1); }
  Buffer ack() { return segment(true, kAck, {}, client_next_); }
  std::vector<Buffer> handshake() { return {syn(), syn_ack(), ack()}; }

  Buffer request(std::string_view text) { return advance(true, text); }
  Buffer response(std::string_view text) { return advance(false, text); }
  Buffer fin(bool from_client) {
    std::uint32_t& next = from_client ? client_next_ : server_next_;
    return segment(from_client, kFin | kAck, {}, next++);
  }
  /// Any segment, at `offset` bytes into the stream of its side.
  Buffer at(bool from_client, std::uint32_t offset, std::string_view text, std::uint8_t flags = kPsh | kAck) {
    return segment(from_client, flags, text, (from_client ? kClientStart : kServerStart) + offset);
  }

 private:
  // Close to the wrap-around, so that every test crosses it.
  static constexpr std::uint32_t kClientStart = 0xffff'ffe0;
  static constexpr std::uint32_t kServerStart = 0xffff'fff0;

  Buffer advance(bool from_client, std::string_view text) {
    std::uint32_t& next = from_client ? client_next_ : server_next_;
    Buffer packet = segment(from_client, kPsh | kAck, text, next);
    next += static_cast<std::uint32_t>(text.size());
    return packet;
  }

  Buffer segment(bool from_client, std::uint8_t flags, std::string_view text, std::uint32_t sequence) {
    Buffer p(40 + text.size(), 0);
    p[0] = 0x45;
    put16(p, 2, static_cast<std::uint32_t>(40 + text.size()));
    p[6] = 0x40;
    p[8] = 64;
    p[9] = 6;
    put32(p, 12, from_client ? client_ : server_);
    put32(p, 16, from_client ? server_ : client_);
    put16(p, 10, internet_checksum(p.data(), 20, 0));
    put16(p, 20, from_client ? client_port_ : 8080);
    put16(p, 22, from_client ? 8080 : client_port_);
    put32(p, 24, sequence);
    if ((flags & kAck) != 0) put32(p, 28, from_client ? server_next_ : client_next_);
    p[32] = 0x50;
    p[33] = flags;
    put16(p, 34, 0xffff);
    std::copy(text.begin(), text.end(), p.begin() + 40);
    put16(p, 36, internet_checksum(p.data() + 20, p.size() - 20, pseudo_sum(p, 20)));
    return p;
  }

  std::uint16_t client_port_;
  std::uint32_t client_ = 0x0a000001, server_ = 0x0a000002;
  std::uint32_t client_next_ = kClientStart;
  std::uint32_t server_next_ = kServerStart;
};

}  // namespace bulkhead::test
