#include "flow/flow_rig.hpp"
#include "flow/pcap_file.hpp"

namespace bulkhead::test {
namespace {

/// Plays a real capture. False, with the reason printed, where the shared captures are not there.
bool play(const std::string& name, FlowRig& rig) {
  if (!std::filesystem::exists(shared_captures() / name)) {
    MESSAGE("skipped: no ", name, " in the shared captures (set BULKHEAD_SHARED)");
    return false;
  }
  const CaptureFile capture = read_pcap(name);
  CHECK_FALSE(capture.packets.empty());
  for (const CapturedPacket& packet : capture.packets) {
    RawPacket raw;
    raw.data = packet.data;
    raw.link = capture.link;
    raw.wire_length = packet.wire_length;
    raw.time_ns = packet.time_ns;
    raw.number = ++rig.number;
    rig.flows.process(raw);
  }
  rig.flows.finish();
  return true;
}

bool any_request_has(const FlowRig& rig, std::string_view text) {
  for (const auto& [id, session] : rig.recorder.sessions)
    if (session.request().bytes.find(text) != std::string::npos) return true;
  return false;
}
bool any_response_has(const FlowRig& rig, std::string_view text) {
  for (const auto& [id, session] : rig.recorder.sessions)
    if (session.response().bytes.find(text) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("Real capture: full and partial overlaps keep the first bytes and are reported") {
  for (const char* name : {"c-sv-tcp-overlap.pcap", "c-sv-tcp-overlap2.pcap"}) {
    FlowRig rig;
    if (!play(name, rig)) return;
    CHECK(any_request_has(rig, "GOOD"));
    CHECK_FALSE(any_request_has(rig, "EVIL"));
    CHECK_FALSE(any_request_has(rig, "XXX"));
    CHECK(rig.recorder.count(Exception::overlap) >= 1);
  }
}

TEST_CASE("Real capture: SYNs with 22 sequence numbers do not hide the request") {
  FlowRig rig;
  if (!play("c-sv-bug-7657-01.pcap", rig)) return;
  CHECK(any_request_has(rig, "POST "));
}

TEST_CASE("Real capture: urgent data is reported and stays in line") {
  FlowRig rig;
  if (!play("c-sv-tcp-urgent1.pcap", rig)) return;
  CHECK(rig.recorder.count(Exception::urgent_data) >= 1);
}

TEST_CASE("Real capture: both sides of a hole that nobody filled are delivered, and the gap is counted") {
  FlowRig rig;
  if (!play("c-sv-tcp-rst-unacked-stream-03-gap.pcap", rig)) return;
  CHECK(any_response_has(rig, "Please ~Me In!"));
  CHECK(rig.session().response().gap_bytes == 4);
}

TEST_CASE("Real capture: overlapping fragments out of order make one datagram, which no receiver would take") {
  FlowRig rig;
  if (!play("c-zeek-fragmented-4.pcap", rig)) return;
  CHECK(rig.recorder.count(Exception::overlap) == 1);
  CHECK(rig.recorder.count(Exception::fragment_limit) == 0);
  CHECK(rig.recorder.bytes_of(Exception::malformed_packet) == 69);  // TCP data without ACK
}

TEST_CASE("Real capture: a request in many small fragments is seen whole") {
  FlowRig rig;
  if (!play("c-ppp-frag_http_req.pcap", rig)) return;
  CHECK(any_request_has(rig, "GET "));
  CHECK(any_request_has(rig, "\r\n\r\n"));
}

TEST_CASE("Real capture: responses before requests lose nothing") {
  FlowRig rig;
  if (!play("c-zeek-http-desync-request-response-5.pcap", rig)) return;
  CHECK(any_response_has(rig, "HTTP/1.1 200"));
  std::uint64_t gaps = 0;
  for (const auto& [id, session] : rig.recorder.sessions)
    gaps += session.request().gap_bytes + session.response().gap_bytes;
  CHECK(gaps == 0);
}

TEST_CASE("Real capture: header lines split over segments and frames are joined") {
  FlowRig lines;
  if (!play("c-ndpi-http-lines-split.pcap", lines)) return;
  CHECK(any_request_has(lines, "\r\nHost:"));
  FlowRig frames;
  if (!play("c-sv-http2-continuation.pcap", frames)) return;
  CHECK(any_request_has(frames, "PRI * HTTP/2.0"));
}

}  // namespace bulkhead::test
