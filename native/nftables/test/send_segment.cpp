// Sends one hand-made TCP segment through a raw socket, for the tests of the rules that tell segments apart.
//
//   send_segment FROM TO FLAGS HEADER_WORDS PAYLOAD_BYTES [MARK [IP_OPTION_WORDS]]
//
// Addresses are both IPv4 or both IPv6; numbers may be hexadecimal. TCP and IP options are filled with no-ops.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint16_t kFromPort = 40'000;
constexpr std::uint16_t kToPort = 8080;
constexpr std::uint8_t kNoOperation = 1;
constexpr std::size_t kChecksumAt = 16;

std::uint32_t sum(const std::uint8_t* data, std::size_t size) noexcept {
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < size; ++i) total += i % 2 == 0 ? std::uint32_t{data[i]} << 8 : data[i];
  return total;
}

Bytes segment(std::uint8_t flags, std::size_t words, std::size_t payload) {
  Bytes bytes(words * 4 + payload, 'x');
  std::memset(bytes.data() + sizeof(tcphdr), kNoOperation, words * 4 - sizeof(tcphdr));
  tcphdr header{};
  header.th_sport = htons(kFromPort);
  header.th_dport = htons(kToPort);
  header.th_seq = htonl(1000);
  header.th_ack = htonl(2000);
  header.th_off = static_cast<std::uint8_t>(words & 0xf);
  header.th_flags = flags;
  header.th_win = htons(500);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

/// The checksum covers both addresses: conntrack ignores segments that carry a wrong one.
void seal(Bytes& bytes, const std::uint8_t* from, const std::uint8_t* to, std::size_t address_size) {
  std::uint32_t total = sum(from, address_size) + sum(to, address_size) + IPPROTO_TCP;
  total += static_cast<std::uint32_t>(bytes.size()) + sum(bytes.data(), bytes.size());
  while (total >> 16 != 0) total = (total & 0xffff) + (total >> 16);
  const std::uint16_t checksum = htons(static_cast<std::uint16_t>(~total));
  std::memcpy(bytes.data() + kChecksumAt, &checksum, sizeof checksum);
}

Bytes packet4(in_addr from, in_addr to, Bytes tcp, std::size_t option_words) {
  seal(tcp, reinterpret_cast<std::uint8_t*>(&from), reinterpret_cast<std::uint8_t*>(&to), sizeof from);
  Bytes bytes(sizeof(ip) + option_words * 4, kNoOperation);
  ip header{};  // the kernel fills in length and checksum
  header.ip_v = 4;
  header.ip_hl = static_cast<std::uint8_t>(bytes.size() / 4) & 0xf;
  header.ip_ttl = 64;
  header.ip_p = IPPROTO_TCP;
  header.ip_src = from;
  header.ip_dst = to;
  std::memcpy(bytes.data(), &header, sizeof header);
  bytes.insert(bytes.end(), tcp.begin(), tcp.end());
  return bytes;
}

Bytes packet6(in6_addr from, in6_addr to, Bytes tcp, std::size_t option_words) {
  seal(tcp, from.s6_addr, to.s6_addr, sizeof from);
  // A destination options header is counted in words of eight bytes, and padded by one PadN option.
  Bytes options(option_words * 8, 0);
  if (!options.empty()) {
    options[0] = IPPROTO_TCP;
    options[1] = static_cast<std::uint8_t>(option_words - 1);
    options[2] = 1;
    options[3] = static_cast<std::uint8_t>(options.size() - 4);
  }
  ip6_hdr header{};
  header.ip6_vfc = 0x60;
  header.ip6_plen = htons(static_cast<std::uint16_t>(options.size() + tcp.size()));
  header.ip6_nxt = options.empty() ? std::uint8_t{IPPROTO_TCP} : std::uint8_t{IPPROTO_DSTOPTS};
  header.ip6_hlim = 64;
  header.ip6_src = from;
  header.ip6_dst = to;
  Bytes bytes(sizeof header);
  std::memcpy(bytes.data(), &header, sizeof header);
  bytes.insert(bytes.end(), options.begin(), options.end());
  bytes.insert(bytes.end(), tcp.begin(), tcp.end());
  return bytes;
}

int send_packet(int family, const void* address, socklen_t size, const Bytes& bytes, unsigned mark) {
  const int socket = ::socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
  if (socket < 0 || setsockopt(socket, SOL_SOCKET, SO_MARK, &mark, sizeof mark) != 0 ||
      sendto(socket, bytes.data(), bytes.size(), 0, static_cast<const sockaddr*>(address), size) < 0) {
    std::perror("send_segment");
    return 1;
  }
  close(socket);
  return 0;
}

unsigned number(const char* text) { return static_cast<unsigned>(std::strtoul(text, nullptr, 0)); }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const Bytes tcp = segment(static_cast<std::uint8_t>(number(argv[3])), number(argv[4]), number(argv[5]));
  const unsigned mark = argc > 6 ? number(argv[6]) : 0;
  const unsigned option_words = argc > 7 ? number(argv[7]) : 0;

  in_addr from4{};
  sockaddr_in to4{AF_INET, 0, {}, {}};
  if (inet_pton(AF_INET, argv[1], &from4) == 1 && inet_pton(AF_INET, argv[2], &to4.sin_addr) == 1) {
    return send_packet(AF_INET, &to4, sizeof to4, packet4(from4, to4.sin_addr, tcp, option_words), mark);
  }
  in6_addr from6{};
  sockaddr_in6 to6{AF_INET6, 0, 0, {}, 0};
  if (inet_pton(AF_INET6, argv[1], &from6) == 1 && inet_pton(AF_INET6, argv[2], &to6.sin6_addr) == 1) {
    return send_packet(AF_INET6, &to6, sizeof to6, packet6(from6, to6.sin6_addr, tcp, option_words), mark);
  }
  return 2;
}
