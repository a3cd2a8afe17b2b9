#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flow/flows.hpp"
#include "../test/flow/packet_builder.hpp"

namespace {

using namespace bulkhead;
using bulkhead::test::Host;
using bulkhead::test::Octets;

void require(bool held, int line = __builtin_LINE()) {
  if (held) return;
  std::fprintf(stderr, "line %d: what is required does not hold\n", line);
  std::abort();
}

/// The byte that honest senders put at a sequence number. Each byte delivered then tells where it belongs.
char byte_at(std::uint32_t seq) { return static_cast<char>(seq); }

/// Checks the contract: contiguous bytes, honest gaps, nothing after the end, everything ended once.
class Checker final : public StreamConsumer {
 public:
  struct Stream {
    std::optional<std::uint8_t> next;
    bool ended = false;
  };
  std::map<std::uint64_t, std::array<Stream, 2>> open;
  Disposition verdict = Disposition::inspect;

  void on_stream(Session& session, Direction direction, Bytes bytes, Origin) noexcept override {
    Stream& stream = at(session, direction);
    require(!bytes.empty());
    require(session.disposition == Disposition::inspect);
    for (const std::uint8_t byte : bytes) {
      require(!is_honest(session) || !stream.next || byte == *stream.next);
      stream.next = static_cast<std::uint8_t>(byte + 1);
    }
    session.disposition = verdict;
  }
  void on_gap(Session& session, Direction direction, std::uint64_t bytes) noexcept override {
    Stream& stream = at(session, direction);
    require(bytes > 0);
    if (stream.next) stream.next = static_cast<std::uint8_t>(*stream.next + bytes);
  }
  void on_stream_end(Session& session, Direction direction) noexcept override { at(session, direction).ended = true; }
  void on_datagram(Session& session, Direction direction, Bytes bytes, Origin) noexcept override {
    at(session, direction);
    require(!bytes.empty());
  }
  void on_exception(Session* session, Direction, Exception exception, std::uint64_t) noexcept override {
    require(static_cast<std::size_t>(exception) < kExceptionCount);
    require(session == nullptr || session->view.id != 0);
  }
  void on_close(Session& session) noexcept override {
    std::array<Stream, 2>& streams = open[session.view.id];
    require(streams[0].ended && streams[1].ended);
    open.erase(session.view.id);
  }

 private:
  /// Sessions of the first ports only ever carry honest bytes.
  static bool is_honest(const Session& session) {
    return std::max(session.view.client_port, session.view.server_port) < 4;
  }
  Stream& at(Session& session, Direction direction) {
    Stream& stream = open[session.view.id][index_of(direction)];
    require(!stream.ended);
    return stream;
  }
};

class Player {
 public:
  Player(const std::uint8_t* data, std::size_t size) : script_({data, size}) {
    const std::uint8_t mode = script_.u8();
    config_.inline_mode = (mode & 1) != 0;
    config_.verify_checksums = (mode & 2) != 0;
    config_.limits.max_sessions = 4;
    config_.limits.max_closed = 1;
    config_.limits.max_pending = 4;
    config_.limits.max_fragments = 16;
    config_.limits.reassembly_bytes = 48'000;
    config_.limits.reassembly_bytes_per_session = 9'000;
    if ((mode & 4) != 0) config_.exceptions.by_exception.fill(ExceptionPolicy::block);
    if ((mode & 8) != 0) config_.exceptions.by_exception.fill(ExceptionPolicy::pass);
  }

  void play() {
    Flows flows(config_, checker_);
    while (script_.ok() && script_.left() > 0) step(flows);
    flows.finish();
    require(checker_.open.empty());
    require(flows.active_sessions() == 0);
  }

 private:
  void step(Flows& flows) {
    const std::uint8_t kind = script_.u8();
    checker_.verdict = Disposition::inspect;
    if (kind == 0xfe) checker_.verdict = Disposition::blocked;
    if (kind == 0xfd) checker_.verdict = Disposition::offloaded;
    switch (kind % 16) {
      case 0:
        now_ += std::uint64_t{script_.u8()} * 1'000'000'000;
        flows.expire(now_);
        return;
      case 1:
        give(flows, raw_bytes(), static_cast<LinkType>(script_.u8() % 2 == 0 ? 1 : 101));
        return;
      case 2:
        give(flows, test::udp_packet(client_, server_, "datagram"), LinkType::raw);
        return;
      case 3:
      case 4:
        fragment(flows);
        return;
      default:
        give(flows, segment(), LinkType::raw);
    }
  }

  void choose_hosts() {
    const std::uint8_t who = script_.u8();
    client_ = {(who & 1) != 0, 1, static_cast<std::uint16_t>(1 + (who >> 1) % 4)};
    server_ = {(who & 1) != 0, 2, 1};
    from_client_ = (who & 0x80) != 0;
  }

  std::string payload_at(std::uint32_t seq, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text.push_back(byte_at(seq + static_cast<std::uint32_t>(i)));
    if (client_.port >= 4 && !text.empty()) text[0] = static_cast<char>(script_.u8());
    return text;
  }

  Octets segment() {
    choose_hosts();
    using namespace test;
    constexpr std::uint8_t kFlags[] = {kAck, kAck, kAck | kFin, kSyn, kSyn | kAck, kRst, kRst | kAck, kAck | kUrg};
    const std::uint8_t flags = kFlags[script_.u8() % 8];
    const std::uint32_t mine = base(from_client_) + script_.u16() % 16'384;
    const std::uint32_t theirs = base(!from_client_) + script_.u16() % 16'384;
    const std::size_t size = script_.u8() * std::size_t{11};
    const bool syn = (flags & test::kSyn) != 0;
    test::TcpParts parts{mine, theirs, flags, 0, {}};
    const std::string payload = payload_at(mine + (syn ? 1 : 0), size);
    return from_client_ ? test::tcp_packet(client_, server_, parts, payload)
                        : test::tcp_packet(server_, client_, parts, payload);
  }

  void fragment(Flows& flows) {
    choose_hosts();
    const std::uint32_t at = script_.u8() * 8U;
    const std::uint32_t id = script_.u8() % 4;
    const std::uint8_t size = script_.u8();
    const Octets body(size, script_.u8());
    const bool more = size % 8 == 0 && (id & 1) != 0;
    give(flows, test::ip_packet(client_, server_, 17, body, {id, at, more, {}, 0}), LinkType::raw);
  }

  Octets raw_bytes() {
    const Bytes bytes = script_.take(std::min<std::size_t>(script_.u8(), script_.left()));
    return {bytes.begin(), bytes.end()};
  }

  void give(Flows& flows, const Octets& bytes, LinkType link) {
    const Octets exact(bytes);
    RawPacket packet;
    packet.data = exact;
    packet.link = link;
    packet.wire_length = static_cast<std::uint32_t>(exact.size());
    packet.time_ns = now_ += 1'000;
    if (script_.left() % 8 == 5 && exact.size() > 4) packet.data = Bytes(exact).first(exact.size() - 3);
    const Flows::Handling handling = flows.process(packet);
    require(config_.inline_mode || !handling.drop);
    require(handling.l3_offset <= handling.l4_offset || handling.l4_offset == 0);
    require(handling.l4_offset <= packet.data.size());
    require(flows.active_sessions() <= config_.limits.max_sessions);
    if (handling.session != nullptr) (void)flows.reset_point(*handling.session);
  }

  /// Close to the wrap, so that it is crossed.
  static std::uint32_t base(bool client) { return client ? 0xffffe000U : 0x7fffe000U; }

  Reader script_;
  EngineConfig config_;
  Checker checker_;
  Host client_, server_;
  bool from_client_ = true;
  std::uint64_t now_ = 1'700'000'000'000'000'000ULL;
};

}  // namespace

/// A sequence of packets from a script: handshakes, segments anywhere near each other, fragments, raw bytes, time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Player(data, size).play();
  return 0;
}
