#pragma once

#include <cstdint>

namespace bulkhead {

/// Application protocol as proven by content, never by port alone.
enum class Protocol : std::uint8_t { unknown, raw, http1, tls, ssh, quic, udp, icmp };

/// Where in a message content was found.
enum class Location : std::uint8_t {
  stream,   ///< bytes of a stream or datagram with no known structure
  head,     ///< HTTP start line and header fields, as one text
  body,     ///< a decoded message body
  trailer,  ///< HTTP trailer fields
};

}  // namespace bulkhead
