#include "protocol/event_log.hpp"

#include <cstdio>

namespace bulkhead {
namespace {

const char* name_of(Direction direction) { return direction == Direction::request ? "request" : "response"; }

const char* name_of(Protocol protocol) {
  constexpr const char* kNames[] = {"unknown", "raw",       "http1",     "tls",        "ssh",   "quic",  "udp",
                                    "icmp",    "http2",     "grpc",      "websocket",  "postgresql", "mysql", "redis",
                                    "smtp",    "pop3",      "imap",      "ftp",        "mongodb", "kafka", "amqp",
                                    "nats",    "mqtt",      "cassandra", "memcached",  "ldap",  "dns",   "syslog",
                                    "statsd",  "tds",      "tns",        "wireguard"};
  return kNames[static_cast<std::size_t>(protocol)];
}

const char* name_of(Location location) {
  constexpr const char* kNames[] = {"stream", "head",   "body",   "trailer", "command", "argument", "reply", "key",
                                    "value",  "column", "header", "topic",   "message", "part",     "name"};
  return kNames[static_cast<std::size_t>(location)];
}

std::string label(const Field& field) {
  constexpr const char* kRoles[] = {"", " user", " secret", " cookie"};
  std::string out = std::string(name_of(field.protocol)) + ' ' + name_of(field.location);
  if (!field.key.empty()) out += '(' + escape(std::string(field.key)) + ')';
  return out + kRoles[static_cast<std::size_t>(field.role)] + (field.base64 ? " base64" : "");
}

const char* name_of(Exception exception) {
  constexpr const char* kNames[] = {"memory_cap",    "midstream",      "gap",           "overlap",
                                    "bad_checksum",  "bad_reset",      "urgent_data",   "malformed_packet",
                                    "unknown_layer", "depth_limit",    "fragment_limit", "parser_error",
                                    "ambiguous_framing", "decode_budget", "decode_error", "unsupported_encoding",
                                    "queue_overrun", "truncated_packet", "count_limit"};
  return kNames[static_cast<std::size_t>(exception)];
}

}  // namespace

std::string escape(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\\' || c == '"') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      char hex[5];
      std::snprintf(hex, sizeof hex, "\\x%02x", byte);
      out += hex;
    } else {
      out += c;
    }
  }
  return out;
}

void EventLog::begin(Direction direction, const Field& field) noexcept {
  std::size_t& open = open_[index_of(direction)];
  if (open != kNone) misuse_ += "field begun inside a field; ";
  open = entries_.size();
  entries_.push_back({std::string(name_of(direction)) + ' ' + label(field), {}, true});
}

void EventLog::content(Direction direction, Bytes bytes, Origin) noexcept {
  const std::size_t open = open_[index_of(direction)];
  if (open == kNone) {
    misuse_ += "content outside a field; ";
    return;
  }
  content_bytes_ += bytes.size();
  entries_[open].content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void EventLog::end(Direction direction) noexcept {
  std::size_t& open = open_[index_of(direction)];
  if (open == kNone) {
    misuse_ += "end outside a field; ";
    return;
  }
  if (entries_[open].content.empty()) misuse_ += "empty field; ";
  open = kNone;
  entries_.push_back({std::string(name_of(direction)) + " end", {}, false});
}

void EventLog::not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept {
  entries_.push_back(
      {std::string(name_of(direction)) + " not-inspected " + name_of(reason) + ' ' + std::to_string(bytes), {}, false});
}

std::string EventLog::text() const {
  std::string out;
  for (const Entry& entry : entries_) {
    out += entry.event;
    if (entry.is_field) out += " \"" + escape(entry.content) + '"';
    out += '\n';
  }
  return out;
}

std::vector<std::string> EventLog::fields() const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_)
    if (entry.is_field) out.push_back(entry.content);
  return out;
}

bool EventLog::contains(const std::string& needle) const {
  for (const Entry& entry : entries_)
    if (entry.content.find(needle) != std::string::npos) return true;
  return false;
}

}  // namespace bulkhead
