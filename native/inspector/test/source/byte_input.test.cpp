#include <sys/eventfd.h>

#include <thread>

#include "source/capture_bytes.hpp"
#include "source/read_capture.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

std::vector<std::uint8_t> some_capture() {
  CaptureBytes capture;
  capture.pcap();
  for (int i = 0; i < 3'000; ++i) capture.record("packet " + std::to_string(i) + std::string(800, 'x'));
  return capture.bytes;
}

}  // namespace

TEST_SUITE("byte input") {
  TEST_CASE("decompresses gzip, one member or several") {
    const std::vector<std::uint8_t> plain = some_capture();
    const ReadCapture expected = read_all_of(plain);
    REQUIRE(expected.packets.size() == 3'000);
    const ReadCapture one = read_all_of(gzipped(plain));
    CHECK_FALSE(one.failure.failed());
    REQUIRE(one.packets.size() == 3'000);
    CHECK(one.packets.back().data == expected.packets.back().data);

    const auto middle = plain.begin() + 1'000'001;
    std::vector<std::uint8_t> two = gzipped({plain.begin(), middle});
    const std::vector<std::uint8_t> rest = gzipped({middle, plain.end()});
    two.insert(two.end(), rest.begin(), rest.end());
    const ReadCapture both = read_all_of(two);
    CHECK_FALSE(both.failure.failed());
    CHECK(both.packets.size() == 3'000);
  }

  TEST_CASE("tells gzip data that ends in the middle, after what could be read") {
    std::vector<std::uint8_t> cut = gzipped(some_capture());
    cut.resize(cut.size() / 2);
    const ReadCapture read = read_all_of(cut);
    CHECK(read.failure.error == SourceError::truncated);
    CHECK(read.failure.message.find("gzip") != std::string::npos);
    CHECK(read.packets.size() > 100);
  }

  TEST_CASE("tells corrupt gzip data") {
    std::vector<std::uint8_t> bad = gzipped(some_capture());
    for (std::size_t i = bad.size() / 2; i < bad.size() / 2 + 16; ++i) bad[i] ^= 0x5a;
    CHECK(read_all_of(bad).failure.error == SourceError::corrupt);
  }

  TEST_CASE("reads a pipe that gives a few bytes at a time") {
    const std::vector<std::uint8_t> bytes = CaptureBytes().pcap().record("abc").record("def").bytes;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const UniqueFd reading(ends[0]);
    std::thread writer([&] {
      const UniqueFd writing(ends[1]);
      for (std::size_t i = 0; i < bytes.size(); i += 5)
        REQUIRE(::write(writing.get(), bytes.data() + i, std::min<std::size_t>(5, bytes.size() - i)) > 0);
    });
    const ReadCapture read = read_from(reading.get());
    writer.join();
    CHECK_FALSE(read.failure.failed());
    CHECK(read.packets.size() == 2);
  }

  TEST_CASE("gives up waiting for input when it is cancelled") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const UniqueFd reading(ends[0]), writing(ends[1]);
    const UniqueFd cancel(::eventfd(0, EFD_CLOEXEC));
    std::thread canceller([&] { ::eventfd_write(cancel.get(), 1); });
    ByteInput input(reading.get(), cancel.get());
    CHECK(input.peek(4).empty());
    CHECK(input.failure().error == SourceError::cancelled);
    canceller.join();
  }

  TEST_CASE("reports a descriptor that cannot be read") {
    ByteInput input(-1);
    CHECK(input.peek(4).empty());
    CHECK(input.failure().error == SourceError::unreadable);
  }

  TEST_CASE("skips without holding, and counts what it consumed") {
    const UniqueFd fd = memory_file(std::vector<std::uint8_t>(3 << 20, 7));
    ByteInput input(fd.get());
    CHECK(input.skip((3 << 20) - 1));
    CHECK(input.position() == (3 << 20) - 1);
    CHECK(input.peek(8).size() == 1);
    CHECK_FALSE(input.skip(2));
  }
}
