#include "source/workers.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "source/private_network.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

class Collector final : public WorkersOutput {
 public:
  bool on_events(EventBatch&& batch) noexcept override {
    for (const EventRecord& record : batch.records)
      if (record.kind == static_cast<std::uint8_t>(EventKind::finding)) findings.fetch_add(1);
    return true;
  }
  bool on_capture(SessionCapture&& capture) noexcept override {
    captured.fetch_add(capture.pcapng.size());
    return true;
  }
  /// Findings come in batches, some time after the packets.
  void wait_for(int count) const {
    while (findings.load() < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::atomic<int> findings{0};
  std::atomic<std::size_t> captured{0};
};

SourceSettings settings(Verdict action, std::uint32_t number = 1) {
  ProgramSpec spec;
  spec.sensors.push_back({"cards", {"payment-card"}, Confidence::low, 1, action, DirectionScope::both});
  ProgramError error{};
  std::string message;
  return {{Program::compile(spec, error, message), number}, {}, true};
}

constexpr char kCardText[] = "{\"cardNumber\":\"4111111111111111\"}";

}  // namespace

TEST_SUITE("workers") {
  TEST_CASE("start, count nothing and stop") {
    Collector collector;
    WorkersOptions options;
    options.threads = 3;
    Workers workers(options, collector);
    CHECK(workers.counters().engines.packets == 0);
    CHECK_FALSE(workers.remove(1));
    workers.stop();
    CHECK(workers.add_queue(1, {"", 1, false}, settings(Verdict::alert)).error == SourceError::queue_unavailable);
    CHECK(workers.counters().sources.empty());
  }

  TEST_CASE("watch and stop traffic while they are asked and changed from outside") {
    PrivateNetwork network;
    if (!network.usable()) {
      MESSAGE("skipped: this process may not make network namespaces");
      return;
    }
    Collector collector;
    WorkersOptions options;
    options.threads = 2;
    Workers workers(options, collector);
    const SourceFailure tapped = workers.add_tap(1, {network.path(), "any"}, settings(Verdict::alert));
    REQUIRE_MESSAGE(!tapped.failed(), tapped.message);

    network.send_udp(kCardText);
    collector.wait_for(1);
    const std::vector<ConversationRecord> spoken = workers.take_conversations(1);
    REQUIRE(spoken.size() == 1);
    CHECK(spoken[0].protocol == static_cast<std::uint8_t>(Protocol::udp));
    CHECK(workers.take_conversations(1).empty());
    CHECK(workers.take_conversations(7).empty());

    if (!network.queue_udp(5)) {
      MESSAGE("skipped in part: no iptables-nft with the NFQUEUE target");
      return;
    }
    const SourceFailure queued = workers.add_queue(2, {network.path(), 5, false}, settings(Verdict::block));
    REQUIRE_MESSAGE(!queued.failed(), queued.message);
    CHECK(network.forge() == 0);
    for (int i = 0; i < 50; ++i) {
      network.send_udp(kCardText);
      workers.set_program(2, settings(Verdict::block, static_cast<std::uint32_t>(i)).program);
      CHECK(workers.counters().sources.size() == 2);
      CHECK(workers.take_conversations(2).size() <= 1);
    }
    collector.wait_for(2);
    CHECK(workers.remove(2));
    network.send_udp("bypassed");
    workers.stop();

    const WorkersCounters counters = workers.counters();
    CHECK(counters.events_lost == 0);
    CHECK(counters.engines.sessions_blocked == 50);
    CHECK(collector.captured.load() > 0);
  }

  TEST_CASE("a namespace or queue that cannot be had is said so") {
    Collector collector;
    Workers workers({}, collector);
    CHECK(workers.add_queue(1, {"/nowhere", 1, false}, settings(Verdict::alert)).error ==
          SourceError::namespace_unavailable);
    CHECK(workers.add_tap(1, {"/nowhere", "any"}, settings(Verdict::alert)).error ==
          SourceError::namespace_unavailable);
    PrivateNetwork network;
    if (network.usable()) {
      CHECK(workers.add_tap(1, {network.path(), "eth7"}, settings(Verdict::alert)).error ==
            SourceError::tap_unavailable);
    }
  }
}
