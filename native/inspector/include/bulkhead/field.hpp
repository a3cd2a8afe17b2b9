#pragma once

#include <cstdint>
#include <string_view>

namespace bulkhead {

/// Application protocol as proven by content, never by port alone.
enum class Protocol : std::uint8_t {
  unknown, raw, http1, tls, ssh, quic, udp, icmp, http2, grpc, websocket, postgresql, mysql, redis, smtp, pop3, imap, ftp,
  mongodb, kafka, amqp, nats, mqtt, cassandra, memcached, ldap, dns, syslog, statsd, tds, tns, wireguard, ftp_data,
};

/// Where in a message content was found.
enum class Location : std::uint8_t {
  stream,    ///< bytes of a stream or datagram with no known structure
  head,      ///< HTTP start line and header fields, as one text
  body,      ///< a decoded message body
  trailer,   ///< HTTP trailer fields
  command,   ///< a command or statement of the client: SQL, a line of SMTP, the words of a Redis command
  argument,  ///< what a command is given beside its own text: a bound parameter, a password
  reply,     ///< what a server says in answer
  key,       ///< the name of an entry: of a document, a hash, a store
  value,     ///< the value of an entry; the field's key is its name
  column,    ///< one column of a row; the field's key is its name
  header,    ///< metadata of a message; the field's key is its name
  topic,     ///< where a message goes: topic, subject, queue, exchange, routing key
  message,   ///< the payload of a message
  part,      ///< one part of a mail
  name,      ///< a name looked up
};

/// What the protocol itself says a field is for.
enum class Role : std::uint8_t {
  none,
  user,    ///< a user name given to log in
  secret,  ///< a password, token or other proof given to log in
  cookie,  ///< a session cookie
};

/// Longest key a protocol keeps of a field's name. The rest of a longer one is cut.
inline constexpr std::size_t kMaxFieldKey = 48;

/// What a stretch of content is. `key` is the name the protocol gives the field (a column, a header, an entry) and must
/// stay valid until the field ends.
struct Field {
  Protocol protocol = Protocol::raw;
  Location location = Location::stream;
  Role role = Role::none;
  std::string_view key = {};
  bool base64 = false;  ///< content is the base64 of what the role names, as SASL has it in lines of text
  std::uint32_t exchange = 0;  ///< which of several requests at once, with its answer: the stream of HTTP/2
};

}  // namespace bulkhead
