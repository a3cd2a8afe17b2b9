#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "engine/engine_rig.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

constexpr std::uint32_t kOffered = 1'000'000;

std::size_t resident_bytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  REQUIRE(file != nullptr);
  unsigned long total = 0;
  unsigned long resident = 0;
  const int read = std::fscanf(file, "%lu %lu", &total, &resident);
  std::fclose(file);
  REQUIRE(read == 2);
  return resident * 4'096;
}

/// A SYN of a host of its own; with a byte of data each hundredth, which needs an entry like a session's.
Buffer offer(std::uint32_t number) {
  TcpScript script(static_cast<std::uint16_t>(1'024 + number % 60'000));
  Buffer packet = number % 100 == 0 ? script.at(true, 0xffff'ffff, "x", kSyn) : script.syn();
  put32(packet, 12, 0x0b00'0000U + number);
  put16(packet, 10, 0);
  put16(packet, 10, internet_checksum(packet.data(), 20, 0));
  put16(packet, 36, 0);
  put16(packet, 36, internet_checksum(packet.data() + 20, packet.size() - 20, pseudo_sum(packet, 20)));
  return packet;
}

}  // namespace

TEST_CASE("a million half-open sessions stay within their cap, and a card among them is still blocked") {
  EngineConfig config;
  config.limits.max_sessions = 8'192;
  config.limits.max_pending = 8'192;
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}), config);
  TcpScript real(50'000);
  rig.feed_all(real.handshake());
  const std::string text = post(R"({"cardNumber":"4111111111111111"})");
  const std::size_t half = text.find("4111") + 8;
  CHECK(rig.feed(real.request(text.substr(0, half))) == Action::forward);

  const std::size_t before = resident_bytes();
  for (std::uint32_t number = 0; number < kOffered; ++number) {
    rig.feed(offer(number));
    rig.events.clear();
  }
  const std::size_t after = resident_bytes();
  // Tables of this size take some megabytes; an entry for each offer would take hundreds.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(after < before + (48U << 20));
#else
  static_cast<void>(after);
  static_cast<void>(before);
#endif
  CHECK(rig.engine().counters().sessions_active <= config.limits.max_sessions);

  CHECK(rig.feed(real.request(text.substr(half))) == Action::reset);
  REQUIRE(rig.of(EventKind::session_blocked).size() == 1);
  const auto findings = rig.of(EventKind::finding);
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().detector == "payment-card");

  // And one that opens when the flood has been.
  TcpScript late(50'001);
  rig.feed_all(late.handshake());
  CHECK(rig.feed(late.request(text)) == Action::reset);
}
