#include <algorithm>
#include <atomic>
#include <optional>

#include "source/capture_run.hpp"
#include "shared_captures.hpp"
#include "source/read_capture.hpp"

namespace bulkhead::test {
namespace {

class Events final : public CaptureRunOutput {
 public:
  bool on_events(std::vector<EventRecord> records) override {
    all.insert(all.end(), records.begin(), records.end());
    return true;
  }
  bool on_progress(std::uint64_t) override { return true; }

  [[nodiscard]] std::size_t count(EventKind kind) const {
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [kind](const EventRecord& event) {
      return event.kind == static_cast<std::uint8_t>(kind);
    }));
  }
  [[nodiscard]] std::optional<EventRecord> first(EventKind kind) const {
    for (const EventRecord& event : all)
      if (event.kind == static_cast<std::uint8_t>(kind)) return event;
    return std::nullopt;
  }
  [[nodiscard]] bool has(Exception exception) const {
    return std::any_of(all.begin(), all.end(), [exception](const EventRecord& event) {
      return event.kind == static_cast<std::uint8_t>(EventKind::exception) &&
             event.exception == static_cast<std::uint8_t>(exception);
    });
  }

  std::vector<EventRecord> all;
};

/// Runs a real capture through the whole engine with JWTs and one literal as sensors. Nothing, with the reason printed,
/// where the shared captures are not there.
std::optional<Events> inspect(const std::string& name, const std::string& literal = "no such text anywhere") {
  const std::filesystem::path path = shared_captures() / name;
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: no ", name, " in the shared captures (set BULKHEAD_SHARED)");
    return std::nullopt;
  }
  ProgramError error{};
  std::string message;
  const ProgramSpec spec{{{"all", {"jwt", "text"}, Confidence::medium, 1, Verdict::alert, DirectionScope::both}},
                         {{"text", literal, false}}};
  const auto program = Program::compile(spec, error, message);
  REQUIRE_MESSAGE(program != nullptr, message);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ByteInput input(fd.get());
  Events events;
  const std::atomic<bool> cancelled = false;
  const CaptureRunResult result = run_capture(input, program, {}, events, cancelled);
  CHECK_MESSAGE(!result.failure.failed(), result.failure.message);
  CHECK(result.counters.packets > 0);
  return events;
}

}  // namespace

TEST_SUITE("real captures through the whole engine") {
  TEST_CASE("what only looks like TLS is never handed to the kernel") {
    if (const auto events = inspect("a-ndpi-tls_false_positives.pcapng"))
      CHECK(events->count(EventKind::session_offloaded) == 0);
  }

  TEST_CASE("a ClientHello split over segments and records is joined, and its server name told") {
    if (const auto events = inspect("a-ndpi-tls_2_reasms_b.pcapng")) {
      const auto offloaded = events->first(EventKind::session_offloaded);
      REQUIRE(offloaded);
      CHECK(offloaded->protocol == static_cast<std::uint8_t>(Protocol::tls));
      CHECK(offloaded->server_name_length > 0);
    }
  }

  TEST_CASE("HTTP is HTTP on PostgreSQL's port") {
    if (const auto events = inspect("a-zeek-http-on-port-5432.pcap", "HTTP/1.1")) {
      const auto finding = events->first(EventKind::finding);
      REQUIRE(finding);
      CHECK(finding->protocol == static_cast<std::uint8_t>(Protocol::http1));
    }
  }

  TEST_CASE("a token in a header is found, with and without the Bearer word") {
    for (const char* name : {"b-sv-bug-7390.pcap", "b-zeek-wstunnel-http.pcap"})
      if (const auto events = inspect(name)) CHECK_MESSAGE(events->count(EventKind::finding) == 1, name);
  }

  TEST_CASE("a POST after two dozen SYNs with other sequence numbers is still inspected") {
    if (const auto events = inspect("c-sv-bug-7657-01.pcap", "POST ")) CHECK(events->count(EventKind::finding) >= 1);
  }

  TEST_CASE("an overlap with other data is reported, and the first bytes are the ones inspected") {
    if (const auto events = inspect("c-sv-tcp-overlap.pcap", "GOOD")) {
      CHECK(events->has(Exception::overlap));
      CHECK(events->count(EventKind::finding) == 1);
    }
    if (const auto events = inspect("c-sv-tcp-overlap.pcap", "EVIL")) CHECK(events->count(EventKind::finding) == 0);
  }

  TEST_CASE("data on both sides of a hole is inspected, and the hole is reported") {
    if (const auto events = inspect("c-sv-tcp-rst-unacked-stream-03-gap.pcap", "Please ")) {
      CHECK(events->has(Exception::gap));
      CHECK(events->count(EventKind::finding) == 1);
    }
    if (const auto events = inspect("c-sv-tcp-rst-unacked-stream-03-gap.pcap", "Me In!"))
      CHECK(events->count(EventKind::finding) == 1);
  }

  TEST_CASE("a request in many IPv4 fragments, and one with its header lines cut, are read whole") {
    if (const auto events = inspect("c-ppp-frag_http_req.pcap", "HTTP/1.1\r\nHost: "))
      CHECK(events->count(EventKind::finding) == 1);
    if (const auto events = inspect("c-ndpi-http-lines-split.pcap", "Host: ")) CHECK(events->count(EventKind::finding) >= 1);
  }

  TEST_CASE("an urgent byte is reported") {
    if (const auto events = inspect("c-sv-tcp-urgent1.pcap")) CHECK(events->has(Exception::urgent_data));
  }
}

}  // namespace bulkhead::test
