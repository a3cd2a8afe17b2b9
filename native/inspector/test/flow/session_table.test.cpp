#include <fstream>

#include <unistd.h>

#include "flow/flow_rig.hpp"
#include "flow/session_entry.hpp"

namespace bulkhead::test {
namespace {

/// Forgets everything, so that what is measured is the flow layer's own.
class Nothing final : public StreamConsumer {
 public:
  std::uint64_t bytes = 0, closed = 0, caps = 0;
  void on_stream(Session&, Direction, Bytes data, Origin) noexcept override { bytes += data.size(); }
  void on_gap(Session&, Direction, std::uint64_t) noexcept override {}
  void on_stream_end(Session&, Direction) noexcept override {}
  void on_datagram(Session&, Direction, Bytes data, Origin) noexcept override { bytes += data.size(); }
  void on_exception(Session*, Direction, Exception exception, std::uint64_t) noexcept override {
    caps += exception == Exception::memory_cap ? 1 : 0;
  }
  void on_close(Session&) noexcept override { ++closed; }
};

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t grown_since(std::size_t before) {
  const std::size_t now = resident_bytes();
  return now > before ? now - before : 0;
}

RawPacket raw_of(const Octets& packet, std::uint64_t now_ns) {
  RawPacket raw;
  raw.data = packet;
  raw.link = LinkType::raw;
  raw.wire_length = static_cast<std::uint32_t>(packet.size());
  raw.time_ns = now_ns;
  return raw;
}

/// A sanitizer's own memory is not the product's: nothing is concluded from it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr std::uint64_t kStart = 1'700'000'000'000'000'000ULL;

}  // namespace

TEST_CASE("A hundred thousand open sessions that carried data fit in a hundred megabytes") {
  Nothing nothing;
  const std::size_t before = resident_bytes();
  Flows flows(in_line(), nothing);
  const std::size_t idle = grown_since(before);
  const std::string request(300, 'r');
  const std::string response(1'200, 's');
  constexpr std::uint32_t kSessions = 100'000;
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    const Host client{false, 100 + i / 40'000, static_cast<std::uint16_t>(20'000 + i % 40'000)};
    const Host server{false, 2, 8'080};
    const std::uint64_t now = kStart + i * 1'000ULL;
    flows.process(raw_of(tcp_packet(client, server, {1'000, 0, kSyn, 0, {}}), now));
    flows.process(raw_of(tcp_packet(server, client, {9'000, 1'001, kSyn | kAck, 0, {}}), now));
    flows.process(raw_of(tcp_packet(client, server, {1'001, 9'001, kAck, 0, {}}, request), now));
    flows.process(raw_of(tcp_packet(server, client, {9'001, 1'301, kAck, 0, {}}, response), now));
  }
  const std::size_t loaded = grown_since(before);
  MESSAGE("idle ", idle / 1024, " KiB; ", loaded / kSessions, " B per session with data in flight, ",
          sizeof(SessionEntry), " B of it the entry");
  CHECK(flows.active_sessions() == kSessions);
  CHECK(nothing.bytes == std::uint64_t{kSessions} * 1'500);
  if (kSanitized) return;
  CHECK(idle < 8U << 20);
  CHECK(loaded < 100'000'000);
}

TEST_CASE("A million SYNs are bounded and cost no live session") {
  Nothing nothing;
  const std::size_t before = resident_bytes();
  EngineConfig config = in_line();
  config.limits.max_sessions = 1'000;
  config.limits.max_pending = 4'096;
  Flows flows(config, nothing);
  const TcpTalk live;
  flows.process(raw_of(live.syn(), kStart));
  flows.process(raw_of(live.syn_ack(), kStart));
  flows.process(raw_of(live.request_at(0, "still "), kStart));
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    const Host attacker{false, 0x00100000U + i, static_cast<std::uint16_t>(1'024 + i % 60'000)};
    // Every hundredth carries data, which needs an entry of its own.
    const bool with_data = i % 100 == 0;
    flows.process(raw_of(tcp_packet(attacker, live.server, {i, 0, kSyn, 0, {}}, with_data ? "x" : ""), kStart + i));
  }
  const std::size_t grown = grown_since(before);
  MESSAGE("grown by ", grown / 1024, " KiB");
  if (!kSanitized) CHECK(grown < 16U << 20);
  const auto handling = flows.process(raw_of(live.request_at(6, "here"), kStart + 2'000'000));
  CHECK(handling.session != nullptr);
  CHECK(handling.session->view.id == 1);
  CHECK_FALSE(handling.session->midstream);
  CHECK(flows.active_sessions() <= 1'000);
}

TEST_CASE("A handshake the server answered outlives a flood of SYNs") {
  EngineConfig config = in_line();
  config.limits.max_pending = 64;
  FlowRig rig(config);
  const TcpTalk talk;
  rig.feed(talk.syn());
  rig.feed(talk.syn_ack());
  for (std::uint16_t port = 1'024; port < 3'024; ++port) rig.feed(TcpTalk(port, true).syn());
  rig.feed(talk.request_at(0, "first words"));
  CHECK(rig.session().request().bytes == "first words");
  CHECK_FALSE(rig.session().midstream);
}

TEST_CASE("A full table gives up datagrams before streams, and says so when a live session goes") {
  EngineConfig config;
  config.limits.max_sessions = 3;
  FlowRig rig(config);
  const TcpTalk one(1'111), two(2'222), three(3'333), four(4'444);
  one.shake_hands(rig);
  rig.feed(udp_packet({false, 7, 5'000}, {false, 8, 53}, "question"));
  two.shake_hands(rig);
  three.shake_hands(rig);
  CHECK(rig.flows.active_sessions() == 3);
  CHECK(rig.session(2).closed);
  rig.now_ns += 2'000'000'000;
  rig.feed(one.request_at(0, "busy"));
  four.shake_hands(rig);
  rig.feed(one.request_at(4, " bee"));
  CHECK(rig.session(1).request().bytes == "busy bee");
  CHECK(rig.session(3).closed);
  CHECK(rig.recorder.count(Exception::memory_cap) == 2);
}

TEST_CASE("Idle sessions end after their time, busy ones do not") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(udp_packet({false, 7, 5'000}, {false, 8, 53}, "question"));
  for (int i = 0; i < 5; ++i) {
    rig.wait(1'000);
    rig.feed(talk.request_at(static_cast<std::uint32_t>(i), "x"));
  }
  CHECK(rig.session(2).closed);
  CHECK_FALSE(rig.session(1).closed);
  rig.wait(3'590);
  CHECK_FALSE(rig.session(1).closed);
  rig.wait(20);
  CHECK(rig.session(1).closed);
  CHECK(rig.session(1).request().bytes == "xxxxx");
}

TEST_CASE("Ended sessions are remembered for late repetitions, the latest of them only") {
  EngineConfig config = in_line();
  config.limits.max_closed = 2;
  FlowRig rig(config);
  const TcpTalk first(1'001), second(1'002), third(1'003);
  const auto whole = [&rig](const TcpTalk& talk) {
    talk.shake_hands(rig);
    rig.feed(talk.request_at(0, "bye", kAck | kPsh | kFin));
    rig.feed(talk.response_at(0, "", kAck | kFin, 4));
  };
  whole(first);
  whole(second);
  const auto repeated = [&rig](const TcpTalk& talk) {
    return rig.feed(talk.request_at(0, "bye", kAck | kPsh | kFin, 1));
  };
  CHECK_FALSE(repeated(first).drop);
  CHECK(rig.flows.sessions_opened() == 2);
  whole(third);
  CHECK_FALSE(repeated(second).drop);
  CHECK_FALSE(repeated(third).drop);
  CHECK(rig.flows.active_sessions() == 0);
  CHECK(rig.flows.sessions_opened() == 3);
  // The first is forgotten: what it repeats is a session met midway, and looked into once more.
  CHECK_FALSE(repeated(first).drop);
  CHECK(rig.flows.sessions_opened() == 4);
  CHECK(rig.session(4).midstream);
}

TEST_CASE("A clock that runs backwards ends nothing") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.now_ns -= 900'000'000'000'000ULL;
  rig.feed(talk.request_at(0, "abc"));
  rig.flows.expire(rig.now_ns);
  rig.now_ns += 1'000'000;
  rig.feed(talk.request_at(3, "def"));
  rig.flows.expire(rig.now_ns);
  CHECK(rig.session().request().bytes == "abcdef");
  CHECK_FALSE(rig.session().closed);
}

TEST_CASE("Tenants and VLANs keep equal addresses apart") {
  FlowRig rig;
  const TcpTalk talk;
  for (const std::uint32_t tenant : {1U, 2U})
    for (const std::uint16_t vlan : {std::uint16_t{10}, std::uint16_t{11}})
      rig.feed(ethernet_frame(talk.request_at(0, "GET /" + std::to_string(tenant) + std::to_string(vlan)), {vlan}),
               LinkType::ethernet, tenant);
  CHECK(rig.flows.sessions_opened() == 4);
  CHECK(rig.session(3).request().bytes == "GET /210");
  CHECK(rig.session(3).view.tenant == 2);
}

TEST_CASE("Copies kept for comparison give way to other sessions' data when the pool is dry") {
  EngineConfig config = in_line();
  config.limits.reassembly_bytes = 64 << 10;
  FlowRig rig(config);
  for (std::uint16_t i = 0; i < 200; ++i) {
    const TcpTalk talk(static_cast<std::uint16_t>(1'024 + i));
    talk.shake_hands(rig);
    rig.feed(talk.request_at(0, std::string(900, 'k')));
  }
  const TcpTalk talk(50'000);
  talk.shake_hands(rig);
  for (std::uint32_t i = 1; i < 20; ++i)
    CHECK_FALSE(rig.feed(talk.request_at(i * 1'000, std::string(1'000, 'o'))).drop);
  rig.feed(talk.request_at(0, std::string(1'000, 'o')));
  CHECK(rig.session(201).request().bytes == std::string(20'000, 'o'));
}

}  // namespace bulkhead::test
