// Streams that are longer than sequence numbers can tell apart.
#include <vector>

#include "flow/flow_rig.hpp"
#include "flow/tcp_reassembly.hpp"

namespace bulkhead::test {
namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint32_t kStart = 0xfff0'0000;

class Counts final : public StreamConsumer {
 public:
  std::uint64_t delivered = 0, gaps = 0, unverified = 0;

  void on_stream(Session&, Direction, Bytes bytes, Origin) noexcept override { delivered += bytes.size(); }
  void on_gap(Session&, Direction, std::uint64_t bytes) noexcept override { gaps += bytes; }
  void on_stream_end(Session&, Direction) noexcept override {}
  void on_datagram(Session&, Direction, Bytes, Origin) noexcept override {}
  void on_exception(Session*, Direction, Exception exception, std::uint64_t bytes) noexcept override {
    if (exception == Exception::memory_cap) unverified += bytes;
  }
  void on_close(Session&) noexcept override {}
};

/// The requests of one inline session, whose answers nobody sees. Offsets count from the first byte of the stream.
struct LongStream {
  explicit LongStream(EngineConfig given) : config(given) { entry.side(Direction::request).start(kStart - 1); }

  Acceptance send(std::uint64_t offset, std::size_t bytes) {
    return reassembly.accept(entry, Direction::request,
                             {kStart + static_cast<std::uint32_t>(offset), Bytes(zeros).first(bytes), 0, false});
  }
  void send_until(std::uint64_t end) {
    while (consumer.delivered < end) {
      const std::uint64_t at = consumer.delivered;
      send(at, static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), end - at)));
      REQUIRE(consumer.delivered > at);
    }
  }
  void acknowledge(std::uint64_t offset) {
    reassembly.acknowledge(entry, Direction::request, kStart + static_cast<std::uint32_t>(offset));
  }

  const EngineConfig config;
  std::vector<std::uint8_t> zeros = std::vector<std::uint8_t>(16 << 20);
  Counts consumer;
  SessionTable table{4};
  BlockBudget budget{config.limits, table};
  TcpReassembly reassembly{config, consumer, budget};
  SessionEntry& entry = *table.open({{}, {}, 40'000, 80, 6, 0, 0}, 1, SessionClass::open, 0);
};

}  // namespace

TEST_CASE("However much a side sent without an acknowledgement that was seen, a hole waits for what fills it") {
  LongStream stream(in_line());
  for (const std::uint64_t half_gib : {1ULL, 3ULL, 4ULL, 5ULL, 6ULL, 8ULL, 9ULL, 13ULL, 17ULL}) {
    CAPTURE(half_gib);
    const std::uint64_t at = half_gib * kGiB / 2 + 5;
    stream.send_until(at);
    CHECK(stream.send(at + 1'000, 1'000) == Acceptance::forward);
    CHECK(stream.consumer.delivered == at);
    CHECK(stream.send(at, 1'000) == Acceptance::forward);
    CHECK(stream.consumer.delivered == at + 2'000);
  }
  CHECK(stream.consumer.gaps == 0);
  CHECK(stream.consumer.unverified == 0);
  stream.reassembly.release(stream.entry);
}

TEST_CASE("An acknowledgement is evidence again, however many were not seen before") {
  LongStream stream(in_line());
  constexpr std::uint64_t kAt = 5 * kGiB / 2;
  stream.send_until(kAt);
  stream.send(kAt + 1'000, 1'000);
  stream.acknowledge(kAt + 2'000);
  CHECK(stream.consumer.gaps == 1'000);
  CHECK(stream.consumer.delivered == kAt + 1'000);
  CHECK(stream.send(kAt, 1'000) == Acceptance::drop);
  stream.reassembly.release(stream.entry);
}

TEST_CASE("Acknowledgements far ahead of a stream do not add up to one behind it") {
  LongStream stream(in_line());
  stream.send_until(1'000);
  stream.acknowledge(1'000 + kGiB);
  const std::uint32_t acked = stream.entry.side(Direction::request).acked;
  for (const std::uint64_t further : std::vector<std::uint64_t>{1, kGiB - 1, kGiB, kGiB + 1, 2 * kGiB - 1}) {
    CAPTURE(further);
    stream.acknowledge(1'000 + kGiB + further);
    CHECK(stream.entry.side(Direction::request).acked == acked);
  }
  stream.reassembly.release(stream.entry);
}

TEST_CASE("Bytes in front of the beginning's number are not those of the beginning once the numbers have come round") {
  EngineConfig config = in_line();
  config.exceptions.set(Exception::memory_cap, ExceptionPolicy::block);
  config.limits.reassembly_bytes_per_session = 8'000;
  LongStream stream(config);
  CHECK(stream.send(0, 100) == Acceptance::forward);
  // Before the first byte of all there is nothing that could be compared.
  CHECK(stream.send(0ULL - 50, 100) == Acceptance::forward);
  stream.send_until(4 * kGiB - 20'000);
  for (int i = 0; i < 20; ++i) stream.send(stream.consumer.delivered, 1'000);
  stream.send(4 * kGiB, 100);
  CHECK(stream.send(4 * kGiB - 10'000, 10'100) == Acceptance::drop);
  CHECK(stream.consumer.unverified > 0);
  stream.reassembly.release(stream.entry);
}

}  // namespace bulkhead::test
