#include "engine/cleartext.hpp"

#include <string_view>

#include "detect/candidate.hpp"

namespace bulkhead {
namespace {

/// As people write it.
std::string_view spoken(Protocol protocol) noexcept {
  switch (protocol) {
    case Protocol::http1: return "HTTP/1";
    case Protocol::http2: return "HTTP/2";
    case Protocol::grpc: return "gRPC";
    case Protocol::websocket: return "WebSocket";
    case Protocol::postgresql: return "PostgreSQL";
    case Protocol::mysql: return "MySQL";
    case Protocol::redis: return "Redis";
    case Protocol::smtp: return "SMTP";
    case Protocol::pop3: return "POP3";
    case Protocol::imap: return "IMAP";
    case Protocol::ftp: return "FTP";
    case Protocol::ftp_data: return "FTP data";
    case Protocol::mongodb: return "MongoDB";
    case Protocol::kafka: return "Kafka";
    case Protocol::amqp: return "AMQP";
    case Protocol::nats: return "NATS";
    case Protocol::mqtt: return "MQTT";
    case Protocol::cassandra: return "Cassandra";
    case Protocol::memcached: return "memcached";
    case Protocol::ldap: return "LDAP";
    case Protocol::dns: return "DNS";
    case Protocol::syslog: return "syslog";
    case Protocol::statsd: return "StatsD";
    case Protocol::tds: return "TDS";
    case Protocol::tns: return "TNS";
    case Protocol::unknown:
    case Protocol::raw:
    case Protocol::udp:
    case Protocol::icmp:
    case Protocol::tls:
    case Protocol::ssh:
    case Protocol::quic:
    case Protocol::wireguard: break;
  }
  return "unknown protocol";
}

}  // namespace

Detection cleartext_detection(const Exposure& exposure) noexcept {
  Detection detection;
  detection.detector = detect::kCleartextTraffic;
  detection.confidence = exposure.confidence;
  // One value for each protocol and sureness: surer evidence of the same session is told again.
  detection.fingerprint = (std::uint64_t{detect::kCleartextTraffic} << 16 | static_cast<std::uint64_t>(exposure.protocol) << 8 |
                           static_cast<std::uint64_t>(exposure.confidence));
  const std::string_view name = spoken(exposure.protocol);
  detection.masked_length = static_cast<std::uint8_t>(name.copy(detection.masked.data(), kMaxMasked));
  detection.in_place = false;
  return detection;
}

}  // namespace bulkhead
