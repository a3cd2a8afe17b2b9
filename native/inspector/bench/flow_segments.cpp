#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "../test/flow/packet_builder.hpp"
#include "flow/flows.hpp"

namespace {

using namespace bulkhead;
using namespace bulkhead::test;

class Sum final : public StreamConsumer {
 public:
  std::uint64_t bytes = 0;
  void on_stream(Session&, Direction, Bytes data, Origin) noexcept override { bytes += data.size(); }
  void on_gap(Session&, Direction, std::uint64_t) noexcept override {}
  void on_stream_end(Session&, Direction) noexcept override {}
  void on_datagram(Session&, Direction, Bytes, Origin) noexcept override {}
  void on_exception(Session*, Direction, Exception, std::uint64_t) noexcept override {}
  void on_close(Session&) noexcept override {}
};

struct Load {
  const char* name;
  std::uint32_t sessions;
  std::uint32_t segments;  ///< of each session
  std::size_t size;
  bool acknowledged;       ///< the other side answers now and then, so that copies are released
};

double processor_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Processor nanoseconds of one data segment, the best of several rounds over packets prepared in memory.
double measure(const Load& load, bool verify, bool is_inline) {
  std::vector<Octets> opening, packets;
  const std::string payload(load.size, 'p');
  const Host server{false, 1, 8'080};
  for (std::uint32_t s = 0; s < load.sessions; ++s) {
    const Host client{false, 10 + s, 40'000};
    opening.push_back(tcp_packet(client, server, {1'000, 0, kSyn, 0, {}}));
    opening.push_back(tcp_packet(server, client, {9'000, 1'001, kSyn | kAck, 0, {}}));
  }
  std::size_t data_segments = 0;
  for (std::uint32_t i = 0; i < load.segments; ++i) {
    for (std::uint32_t s = 0; s < load.sessions; ++s) {
      const Host client{false, 10 + s, 40'000};
      const auto seq = static_cast<std::uint32_t>(1'001 + i * load.size);
      packets.push_back(tcp_packet(client, server, {seq, 9'001, kAck, 0, {}}, payload));
      ++data_segments;
      if (load.acknowledged && i % 8 == 7)
        packets.push_back(tcp_packet(server, client, {9'001, seq, kAck, 0, {}}));
    }
  }
  EngineConfig config;
  config.verify_checksums = verify;
  config.inline_mode = is_inline;
  Sum sum;
  Flows flows(config, sum);
  RawPacket raw;
  raw.link = LinkType::raw;
  raw.time_ns = 1'700'000'000'000'000'000ULL;
  const auto give = [&](const Octets& packet) {
    raw.data = packet;
    raw.wire_length = static_cast<std::uint32_t>(packet.size());
    raw.time_ns += 500;
    flows.process(raw);
  };
  double best = 1e9;
  // Each round is another tenant, whose sessions are new; the first one only warms the tables up.
  for (raw.tenant = 0; raw.tenant < 7; ++raw.tenant) {
    for (const Octets& packet : opening) give(packet);
    const double start = processor_ns();
    for (const Octets& packet : packets) give(packet);
    const double took = processor_ns() - start;
    if (raw.tenant > 0) best = std::min(best, took / static_cast<double>(data_segments));
  }
  if (sum.bytes != 7 * data_segments * load.size) std::puts("bytes were lost");
  return best;
}

}  // namespace

int main() {
  const Load loads[] = {
      {"1 session, 1448 B, acknowledged", 1, 2'000, 1'448, true},
      {"1 session, 1448 B, never acknowledged", 1, 2'000, 1'448, false},
      {"1000 sessions, 1448 B, acknowledged", 1'000, 24, 1'448, true},
      {"1000 sessions, 64 B, acknowledged", 1'000, 100, 64, true},
      {"100000 sessions, 300 B", 100'000, 2, 300, true},
      {"1 session, 32 KiB super-packets", 1, 400, 32'768, true},
  };
  std::puts("ns per data segment               verified / not verified, offline; verified, inline");
  for (const Load& load : loads)
    std::printf("%-40s %8.1f %8.1f %8.1f\n", load.name, measure(load, true, false), measure(load, false, false),
                measure(load, true, true));
}
