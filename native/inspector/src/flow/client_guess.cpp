#include "flow/client_guess.hpp"

#include <array>
#include <string_view>

namespace bulkhead {
namespace {

constexpr std::uint16_t kFirstUnprivilegedPort = 1024;

constexpr std::array<std::string_view, 10> kRequests{"GET ",     "POST ",  "PUT ",     "HEAD ",  "DELETE ",
                                                     "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI * HTTP/2"};

bool starts_tls_hello(Bytes payload, std::uint8_t hello) noexcept {
  return payload.size() > 5 && payload[0] == 0x16 && payload[1] == 3 && payload[5] == hello;
}

}  // namespace

bool sender_is_client(const TransportLayer& tcp) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(tcp.payload.data()), tcp.payload.size());
  if (text.starts_with("HTTP/") || starts_tls_hello(tcp.payload, 2)) return false;
  if (starts_tls_hello(tcp.payload, 1)) return true;
  for (const std::string_view request : kRequests)
    if (text.starts_with(request)) return true;

  const bool from_known = tcp.source_port < kFirstUnprivilegedPort;
  const bool to_known = tcp.destination_port < kFirstUnprivilegedPort;
  if (from_known != to_known) return to_known;
  // Services tend to listen below the range that ephemeral ports are taken from.
  return tcp.source_port >= tcp.destination_port;
}

}  // namespace bulkhead
