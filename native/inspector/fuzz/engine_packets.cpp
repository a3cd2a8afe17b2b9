#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "bulkhead/engine.hpp"

using namespace bulkhead;

namespace {

constexpr Way kWays[] = {Way::unknown, Way::in, Way::out, Way::through};
constexpr LinkType kLinks[] = {LinkType::raw, LinkType::ethernet, LinkType::linux_sll, LinkType::null, LinkType::ipv6};

std::shared_ptr<const Program> program() {
  ProgramSpec spec;
  const char* detectors[] = {"payment-card", "us-ssn", "iban", "email", "phone", "jwt", "private-key", "word",
                             "cleartext-credential", "http-basic", "http-bearer", "session-cookie"};
  const Verdict actions[] = {Verdict::block, Verdict::mask, Verdict::alert};
  for (const char* detector : detectors) {
    SensorSpec sensor;
    sensor.name = detector;
    sensor.detectors = {detector};
    sensor.min_confidence = Confidence::low;
    sensor.action = actions[spec.sensors.size() % 3];
    spec.sensors.push_back(sensor);
  }
  spec.literals = {{"word", "EICAR", true}};
  ProgramError error = ProgramError::none;
  std::string message;
  auto compiled = Program::compile(spec, error, message);
  if (compiled == nullptr) std::abort();
  return compiled;
}

/// HTTP alone, whoever calls and is called; the rules in trial would have TLS alone.
std::shared_ptr<const ApplicationRules> applications() {
  auto rules = std::make_shared<ApplicationRules>();
  for (ApplicationDirection* direction : {&rules->ingress, &rules->egress}) {
    ApplicationRule http{1}, tls{2};
    http.applications = protocol_bit(Protocol::http1) | protocol_bit(Protocol::http2);
    tls.applications = protocol_bit(Protocol::tls);
    direction->sets = {{false, {http}}, {true, {tls}}};
    direction->closed_id = 3;
    direction->tried_id = 4;
  }
  return rules;
}

class Sink final : public EventSink {
 public:
  void on_event(const Event& event) noexcept override {
    if (event.kind == EventKind::finding) {
      if (event.detection == nullptr || event.session == nullptr) std::abort();
      if (event.detection->masked_length > kMaxMasked || event.detection->key_length > kMaxKey) std::abort();
      if (event.verdict > Verdict::block) std::abort();
      ++findings;
    }
    if (event.kind == EventKind::session_blocked) ++blocked;
    if (event.kind == EventKind::application_denied) {
      if (event.session == nullptr || (event.verdict != Verdict::block && event.verdict != Verdict::alert)) std::abort();
      if (event.rule != (event.verdict == Verdict::block ? 3U : 4U)) std::abort();
      if (event.verdict == Verdict::block && event.session->protocol == Protocol::http1) std::abort();
    }
  }
  std::uint64_t findings = 0;
  std::uint64_t blocked = 0;
};

/// One engine and what must hold of it whatever the packets.
class Run {
 public:
  explicit Run(bool inline_mode) : engine_(config(inline_mode), sink_), inline_(inline_mode) {
    static const std::shared_ptr<const Program> shared = program();
    engine_.set_program(0, shared);
    static const std::shared_ptr<const ApplicationRules> rules = applications();
    engine_.set_applications(0, rules);
  }

  void packet(Bytes bytes, std::uint8_t flags, std::uint64_t time_ns, std::uint64_t number) {
    // A block of its own: a read or write past either end is seen.
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    RawPacket raw;
    raw.data = copy;
    raw.link = kLinks[(flags & 7) % std::size(kLinks)];
    raw.wire_length = static_cast<std::uint32_t>(copy.size() + ((flags & 0x80) != 0 ? 7 : 0));
    raw.time_ns = time_ns;
    raw.number = number;
    raw.checksum_pending = (flags & 0x08) != 0;
    raw.writable = inline_;
    raw.way = kWays[(flags >> 4) & 3];
    const Action action = engine_.inspect(raw);
    if (!inline_ && (action == Action::drop || action == Action::reset || action == Action::forward_modified))
      std::abort();
    if (action != Action::forward_modified && !std::equal(copy.begin(), copy.end(), bytes.begin())) {
      if (action != Action::drop && action != Action::reset) std::abort();
    }
    if (engine_.last_session() != nullptr) (void)engine_.last_reset_point();
  }

  void expire(std::uint64_t now_ns) { engine_.expire(now_ns); }

  void finish() {
    engine_.finish();
    const Counters& counters = engine_.counters();
    if (counters.findings != sink_.findings || counters.sessions_blocked != sink_.blocked) std::abort();
    if (counters.sessions_active != 0) std::abort();
  }

 private:
  static EngineConfig config(bool inline_mode) {
    EngineConfig result;
    result.inline_mode = inline_mode;
    // Checksums that a fuzzer cannot guess would hide everything behind them.
    result.verify_checksums = false;
    result.limits.max_sessions = 64;
    result.limits.max_closed = 8;
    result.limits.max_pending = 64;
    result.limits.max_fragments = 16;
    result.limits.reassembly_bytes = 64U << 10;
    result.limits.reassembly_bytes_per_session = 16U << 10;
    result.limits.decode_bytes_per_body = 1U << 20;
    return result;
  }

  Sink sink_;
  Engine engine_;
  bool inline_;
};

}  // namespace

/// Input: packets, each headed by a byte of flags, one of time and two of length. The same sequence goes through an
/// inline and an offline engine.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run in_line(true), offline(false);
  Bytes left(data, size);
  std::uint64_t time_ns = 1'000'000'000;
  std::uint64_t number = 0;
  while (left.size() >= 4) {
    const std::uint8_t flags = left[0];
    time_ns += std::uint64_t{left[1]} * 500'000'000;
    const std::size_t length = std::min<std::size_t>((std::size_t{left[2]} << 8) | left[3], left.size() - 4);
    const Bytes packet = left.subspan(4, length);
    left = left.subspan(4 + length);
    ++number;
    for (Run* run : {&in_line, &offline}) {
      run->packet(packet, flags, time_ns, number);
      if ((flags & 0x40) != 0) run->expire(time_ns);
    }
  }
  in_line.finish();
  offline.finish();
  return 0;
}
