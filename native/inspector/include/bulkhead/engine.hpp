#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bulkhead/applications.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/exception.hpp"
#include "bulkhead/field.hpp"
#include "bulkhead/packet.hpp"
#include "bulkhead/program.hpp"

namespace bulkhead {

/// Bounds of one engine. Every table has a cap; reaching one is Exception::memory_cap, never growth.
struct EngineLimits {
  std::uint32_t max_sessions = 262'144;
  /// Sessions that ended and are kept to recognise late retransmissions: a second's worth at 8,000 a second. More would
  /// be memory that is never warm.
  std::uint32_t max_closed = 8'192;
  std::uint32_t max_pending = 65'536;                      ///< handshakes without data, small entries of their own
  std::uint64_t reassembly_bytes = 32ULL << 20;            ///< out-of-order data and unacknowledged copies, all sessions
  std::uint32_t reassembly_bytes_per_session = 256U << 10;
  std::uint32_t max_fragments = 4'096;
  std::uint64_t decode_bytes_per_body = 256ULL << 20;      ///< output of one compressed body
  std::uint32_t decode_ratio = 2'048;                      ///< output per input byte once past 1 MiB
  std::uint64_t tcp_idle_ns = 3'600'000'000'000ULL;
  std::uint64_t closing_idle_ns = 30'000'000'000ULL;
  std::uint64_t udp_idle_ns = 60'000'000'000ULL;
};

class ClientWindows;

struct EngineConfig {
  EngineLimits limits;
  ExceptionPolicies exceptions;
  bool inline_mode = false;         ///< verdicts are enforced: normalise, judge at packet end
  bool verify_checksums = true;
  std::uint64_t hash_key[2] = {0, 0};  ///< secret of the flow hash; a source fills it from the kernel's random bytes
  std::shared_ptr<ClientWindows> clients;  ///< what clients showed all engines that have it; null: this engine alone
};

enum class Action : std::uint8_t {
  forward,           ///< as it came
  forward_modified,  ///< `data` was overwritten in place and its checksums repaired
  drop,              ///< this packet only
  reset,             ///< drop, and end the session on both sides
  offload,           ///< forward, and hand the session to the kernel: it is proven encrypted, or nobody asks for more
};

enum class EventKind : std::uint8_t { finding, exception, session_offloaded, session_blocked, application_denied };

struct SessionView {
  Address client, server;
  std::uint16_t client_port = 0, server_port = 0;
  std::uint8_t ip_protocol = 0;
  std::uint32_t tenant = 0;
  Protocol protocol = Protocol::unknown;
  std::uint64_t id = 0;              ///< unique in the engine
  std::string_view server_name;      ///< SNI where TLS or QUIC gave one
  std::uint16_t tls_version = 0;     ///< as negotiated by the ServerHello
};

/// Longest text that says what a session is about.
inline constexpr std::size_t kMaxSubject = 96;

struct Event {
  EventKind kind;
  std::uint64_t time_ns;
  std::uint64_t packet;
  Direction direction;
  const SessionView* session;
  const Detection* detection = nullptr;    ///< findings only
  std::uint16_t sensor = 0;                ///< findings: index into the program's sensors
  Verdict verdict = Verdict::allow;        ///< findings: what was done; of an application: what its rule says
  Location location = Location::stream;
  std::string_view subject = {};           ///< findings: method and path, shape of a statement, or nothing
  Exception exception = Exception::gap;    ///< exceptions only
  std::uint64_t bytes_not_inspected = 0;   ///< exceptions only
  std::uint32_t rule = 0;                  ///< application_denied only: the id of who denied what is spoken
};

class EventSink {
 public:
  virtual void on_event(const Event& event) noexcept = 0;
  /// A side of a TCP or UDP session turned out to speak this: `raw` or `udp` is what no protocol explains. Once for what
  /// both sides speak, and again when it changes. Says nothing of sessions that were there before the inspector, of bytes
  /// behind a hole, and of what is not known yet: rules about what may be spoken judge neither.
  virtual void on_spoken(const SessionView& /*session*/, Protocol /*spoken*/) noexcept {}

 protected:
  ~EventSink() = default;
};

struct Counters {
  std::uint64_t packets = 0, bytes = 0;
  std::uint64_t sessions_opened = 0, sessions_active = 0, sessions_offloaded = 0, sessions_blocked = 0;
  std::uint64_t payload_bytes = 0, content_bytes = 0, bytes_not_inspected = 0;
  std::uint64_t findings = 0, packets_dropped = 0, packets_masked = 0;
  std::uint64_t exceptions[kExceptionCount] = {};
  std::uint64_t bytes_not_inspected_by[kExceptionCount] = {};
};

/// The inspector: packets in, a verdict for each out, events to the sink. One thread, no locks, no clock, no I/O.
/// Never throws, and allocates only from bounded tables.
class Engine {
 public:
  Engine(const EngineConfig& config, EventSink& sink);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Packets of a tenant without a program are forwarded uninspected. Sessions that live on are judged by the new
  /// program from their next byte on; null takes the tenant away.
  void set_program(std::uint32_t tenant, std::shared_ptr<const Program> program);
  /// What may be spoken in a tenant's sessions, from their next packet on; null: whatever they like. Sessions that were
  /// handed over already are not judged again. A tenant whose program is taken away has no such rules any more.
  void set_applications(std::uint32_t tenant, std::shared_ptr<const ApplicationRules> rules);
  Action inspect(const RawPacket& packet) noexcept;
  /// Ends sessions idle at `now_ns`. Sources call it about once a second.
  void expire(std::uint64_t now_ns) noexcept;
  /// The capture is over: whatever still waits for a next byte is judged now.
  void finish() noexcept;
  [[nodiscard]] const Counters& counters() const noexcept;
  /// The session of the packet last given to `inspect`, or null. Valid until the next call.
  [[nodiscard]] const SessionView* last_session() const noexcept;
  /// Sequence numbers with which each side of the last packet's session would accept a reset.
  struct ResetPoint { std::uint32_t client_seq, server_seq; bool known; };
  [[nodiscard]] ResetPoint last_reset_point() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulkhead
