#include "source/reset_sender.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <span>

#include "source/marks.hpp"

namespace bulkhead {
namespace {

constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kIpv4Bytes = 20;
constexpr std::size_t kIpv6Bytes = 40;
constexpr std::uint8_t kHops = 64;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kReset = 0x04;

UniqueFd raw_socket(int family) noexcept {
  UniqueFd fd(::socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW));
  if (!fd.valid()) return fd;
  const std::uint32_t mark = kMarkOwn;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_MARK, &mark, sizeof mark);
  return fd;
}

void put16(std::uint8_t* at, std::uint32_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

std::uint32_t sum_of(Bytes bytes, std::uint32_t sum) noexcept {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += (std::uint32_t{bytes[i]} << 8) | bytes[i + 1];
  return sum;
}

std::uint16_t folded(std::uint32_t sum) noexcept {
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// `addresses` are both as they stand in the IP header: what the pseudo header begins with.
void put_reset(MutableBytes tcp, std::uint16_t from, std::uint16_t to, std::uint32_t sequence, Bytes addresses) noexcept {
  put16(tcp.data(), from);
  put16(tcp.data() + 2, to);
  put16(tcp.data() + 4, sequence >> 16);
  put16(tcp.data() + 6, sequence);
  tcp[12] = (kTcpBytes / 4) << 4;
  tcp[13] = kReset;
  put16(tcp.data() + 16, folded(sum_of(tcp, sum_of(addresses, kTcp + kTcpBytes))));
}

}  // namespace

ResetSender::ResetSender() noexcept : v4_(raw_socket(AF_INET)), v6_(raw_socket(AF_INET6)) {}

bool ResetSender::send(const SessionView& session, Direction direction, std::uint32_t sequence) noexcept {
  const bool to_server = direction == Direction::request;
  const Address& from = to_server ? session.client : session.server;
  const Address& to = to_server ? session.server : session.client;
  const std::uint16_t from_port = to_server ? session.client_port : session.server_port;
  const std::uint16_t to_port = to_server ? session.server_port : session.client_port;
  std::array<std::uint8_t, kIpv6Bytes + kTcpBytes> packet{};
  if (from.is_v4()) {
    packet[0] = 0x45;
    put16(packet.data() + 2, kIpv4Bytes + kTcpBytes);
    packet[8] = kHops;
    packet[9] = kTcp;
    std::memcpy(packet.data() + 12, from.bytes.data() + 12, 4);
    std::memcpy(packet.data() + 16, to.bytes.data() + 12, 4);
    // The kernel fills in the IPv4 header checksum.
    put_reset({packet.data() + kIpv4Bytes, kTcpBytes}, from_port, to_port, sequence, {packet.data() + 12, 8});
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, packet.data() + 16, 4);
    return ::sendto(v4_.get(), packet.data(), kIpv4Bytes + kTcpBytes, 0, reinterpret_cast<sockaddr*>(&address),
                    sizeof address) > 0;
  }
  packet[0] = 0x60;
  put16(packet.data() + 4, kTcpBytes);
  packet[6] = kTcp;
  packet[7] = kHops;
  std::memcpy(packet.data() + 8, from.bytes.data(), 16);
  std::memcpy(packet.data() + 24, to.bytes.data(), 16);
  put_reset({packet.data() + kIpv6Bytes, kTcpBytes}, from_port, to_port, sequence, {packet.data() + 8, 32});
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  std::memcpy(&address.sin6_addr, to.bytes.data(), 16);
  return ::sendto(v6_.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&address), sizeof address) > 0;
}

}  // namespace bulkhead
