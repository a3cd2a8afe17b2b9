#include "source/capture_bytes.hpp"
#include "source/pcapng_writer.hpp"
#include "source/read_capture.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

TEST_SUITE("pcapng reader") {
  TEST_CASE("reads enhanced and simple packets in both byte orders") {
    for (const bool big_endian : {false, true}) {
      CAPTURE(big_endian);
      const ReadCapture read = read_all_of(
          CaptureBytes(big_endian).section().interface(1, 4).enhanced(0, 5'000'001, "abcde").simple(9, "wxyz").bytes);
      CHECK_FALSE(read.failure.failed());
      REQUIRE(read.packets.size() == 2);
      CHECK(read.packets[0].data == "abcde");
      CHECK(read.packets[0].time_ns == 5'000'001'000);
      CHECK(read.packets[1].data == "wxyz");
      CHECK(read.packets[1].wire_length == 9);
    }
  }

  TEST_CASE("keeps the link type, time resolution and offset of each interface") {
    const ReadCapture read = read_all_of(CaptureBytes()
                                             .section()
                                             .interface_with_resolution(1, 9)
                                             .interface_with_resolution(101, 0x80 | 10, 100)
                                             .interface_with_resolution(113, 3)
                                             .enhanced(1, 512, "half a second after 100")
                                             .enhanced(0, 7, "nanoseconds")
                                             .enhanced(2, 7, "milliseconds")
                                             .bytes);
    REQUIRE(read.packets.size() == 3);
    CHECK(read.packets[0].time_ns == 100'500'000'000);
    CHECK(read.packets[0].link == LinkType::raw);
    CHECK(read.packets[1].time_ns == 7);
    CHECK(read.packets[1].link == LinkType::ethernet);
    CHECK(read.packets[2].time_ns == 7'000'000);
    CHECK(read.packets[2].link == LinkType::linux_sll);
  }

  TEST_CASE("starts over with each section, which may turn the byte order round") {
    std::vector<std::uint8_t> bytes = CaptureBytes(false).section().interface(1).enhanced(0, 1, "little").bytes;
    const std::vector<std::uint8_t> second = CaptureBytes(true).section().interface(101).enhanced(0, 1, "big").bytes;
    bytes.insert(bytes.end(), second.begin(), second.end());
    const ReadCapture read = read_all_of(bytes);
    REQUIRE(read.packets.size() == 2);
    CHECK(read.packets[1].data == "big");
    CHECK(read.packets[1].link == LinkType::raw);
    CHECK(read.packets[1].number == 2);
  }

  TEST_CASE("skips blocks it has no use for, however large") {
    const std::string names(5 << 20, 'n');
    const ReadCapture read =
        read_all_of(CaptureBytes().section().interface(1).block(4, names).enhanced(0, 1, "abc").block(5, "stat").bytes);
    CHECK_FALSE(read.failure.failed());
    REQUIRE(read.packets.size() == 1);
    CHECK(read.packets[0].data == "abc");
  }

  TEST_CASE("says where a capture is cut, at every byte") {
    const std::vector<std::uint8_t> head = CaptureBytes().section().interface(1).bytes;
    const std::vector<std::uint8_t> whole =
        CaptureBytes().section().interface(1).enhanced(0, 1, "abc").enhanced(0, 2, "def").bytes;
    const std::size_t first = head.size() + 36;
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      CAPTURE(cut);
      const ReadCapture read = read_all_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)});
      CHECK(read.packets.size() == (cut >= first ? 1U : 0U));
      const bool boundary = cut == 28 || cut == head.size() || cut == first;
      const SourceError expected = boundary  ? SourceError::none
                                   : cut < 4 ? SourceError::not_a_capture
                                             : SourceError::truncated;
      CHECK(read.failure.error == expected);
    }
  }

  TEST_CASE("refuses lengths that contradict each other") {
    const auto error_of = [](const CaptureBytes& capture) { return read_all_of(capture.bytes).failure.error; };
    CHECK(error_of(CaptureBytes().section().u32(6).u32(8).u32(0)) == SourceError::corrupt);
    CHECK(error_of(CaptureBytes().section().u32(6).u32(33).u32(0)) == SourceError::corrupt);
    CHECK(error_of(CaptureBytes().section().u32(6).u32(0x7fff'fffc).u32(0)) == SourceError::corrupt);
    CHECK(error_of(CaptureBytes().section().interface(1).u32(3).u32(16).u32(1).u32(20)) == SourceError::corrupt);
    CHECK(error_of(CaptureBytes().section().enhanced(0, 1, "no interface")) == SourceError::corrupt);
    CHECK(error_of(CaptureBytes().section().simple(3, "abc")) == SourceError::corrupt);
    CHECK(error_of(CaptureBytes().u32(0x0a0d0d0a).u32(28).u32(0x11111111).u16(1).u16(0).u64(0).u32(28)) ==
          SourceError::corrupt);
    // Captured length beyond the block.
    CHECK(error_of(CaptureBytes().section().interface(1).u32(6).u32(32).u32(0).u32(0).u32(0).u32(400).u32(400).u32(32)) ==
          SourceError::corrupt);
  }

  TEST_CASE("bounds the interfaces of a section") {
    CaptureBytes capture;
    capture.section();
    for (std::size_t i = 0; i <= CaptureReader::kMaxInterfaces; ++i) capture.interface(1);
    CHECK(read_all_of(capture.bytes).failure.error == SourceError::corrupt);
  }

  TEST_CASE("fails on an undecoded link type only when it has packets") {
    const ReadCapture read =
        read_all_of(CaptureBytes().section().interface(189).interface(1).enhanced(1, 1, "abc").enhanced(0, 1, "u").bytes);
    CHECK(read.packets.size() == 1);
    CHECK(read.failure.error == SourceError::unsupported_link_type);
    CHECK(read.failure.message.find("Linux USB") != std::string::npos);
  }

  TEST_CASE("reads back what the writer wrote") {
    const std::string first = "first packet", second = "2nd";
    PcapngWriter writer;
    RawPacket packet;
    packet.data = {reinterpret_cast<const std::uint8_t*>(first.data()), first.size()};
    packet.link = LinkType::ipv4;
    packet.wire_length = 90;
    packet.time_ns = 1'700'000'000'123'456'789;
    writer.add(packet);
    packet.data = {reinterpret_cast<const std::uint8_t*>(second.data()), second.size()};
    packet.link = LinkType::ipv6;
    packet.wire_length = 3;
    writer.add(packet);
    const ReadCapture read = read_all_of(writer.take());
    CHECK_FALSE(read.failure.failed());
    REQUIRE(read.packets.size() == 2);
    CHECK(read.packets[0].data == first);
    CHECK(read.packets[0].wire_length == 90);
    CHECK(read.packets[0].time_ns == 1'700'000'000'123'456'789);
    CHECK(read.packets[0].link == LinkType::ipv4);
    CHECK(read.packets[1].data == second);
    CHECK(read.packets[1].link == LinkType::ipv6);
    CHECK(writer.take().empty());
  }
}
