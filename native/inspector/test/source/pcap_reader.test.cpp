#include "source/capture_bytes.hpp"
#include "source/read_capture.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

TEST_SUITE("pcap reader") {
  TEST_CASE("reads microsecond and nanosecond captures in both byte orders") {
    for (const bool big_endian : {false, true}) {
      CAPTURE(big_endian);
      const ReadCapture micro = read_all_of(CaptureBytes(big_endian).pcap().record("abc").record("d", 3, 4).bytes);
      CHECK_FALSE(micro.failure.failed());
      REQUIRE(micro.packets.size() == 2);
      CHECK(micro.packets[0].data == "abc");
      CHECK(micro.packets[0].time_ns == 1'000'002'000);
      CHECK(micro.packets[0].number == 1);
      CHECK(micro.packets[0].link == LinkType::ethernet);
      CHECK(micro.packets[1].data == "d");
      CHECK(micro.packets[1].time_ns == 3'000'004'000);

      const ReadCapture nano = read_all_of(CaptureBytes(big_endian).pcap(0xa1b23c4d, 101).record("abc").bytes);
      REQUIRE(nano.packets.size() == 1);
      CHECK(nano.packets[0].time_ns == 1'000'000'002);
      CHECK(nano.packets[0].link == LinkType::raw);
    }
  }

  TEST_CASE("reads the longer records of patched libpcap versions") {
    const auto record = [](CaptureBytes& file) -> CaptureBytes& {
      return file.u32(1).u32(2).u32(3).u32(3).u32(7).u16(0x800).u16(4).text("abc");
    };
    CaptureBytes file;
    const ReadCapture read = read_all_of(record(record(file.pcap(0xa1b2cd34))).bytes);
    CHECK_FALSE(read.failure.failed());
    REQUIRE(read.packets.size() == 2);
    CHECK(read.packets[1].data == "abc");
  }

  TEST_CASE("tells how long a cut packet was on the wire") {
    const ReadCapture read = read_all_of(CaptureBytes().pcap().u32(1).u32(2).u32(3).u32(1'500).text("abc").bytes);
    REQUIRE(read.packets.size() == 1);
    CHECK(read.packets[0].wire_length == 1'500);
  }

  TEST_CASE("ignores the frame check sequence bits beside the link type") {
    CHECK(read_all_of(CaptureBytes().pcap(0xa1b2c3d4, 0x2400'0001).record("abc").bytes).packets.size() == 1);
  }

  TEST_CASE("an empty capture holds no packet and is no failure") {
    const ReadCapture read = read_all_of(CaptureBytes().pcap().bytes);
    CHECK(read.packets.empty());
    CHECK_FALSE(read.failure.failed());
  }

  TEST_CASE("gives the whole packets of a truncated capture, then says so") {
    const std::vector<std::uint8_t> whole = CaptureBytes().pcap().record("abcdef").record("ghijkl").bytes;
    for (std::size_t cut = 25; cut < whole.size(); ++cut) {
      CAPTURE(cut);
      const ReadCapture read = read_all_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)});
      CHECK(read.packets.size() == (cut >= 24 + 22 ? 1U : 0U));
      CHECK(read.failure.error == (cut == 24 + 22 ? SourceError::none : SourceError::truncated));
    }
    CHECK(read_all_of({whole.begin(), whole.begin() + 24 + 30}).failure.message ==
          "the capture ends inside a packet header after 1 whole packets: it was cut short or is still being written; "
          "what is whole was inspected, copy or record the rest again");
    CHECK(read_all_of({whole.begin(), whole.begin() + 10}).failure.error == SourceError::truncated);
  }

  TEST_CASE("refuses a packet longer than any network carries instead of reading on") {
    const ReadCapture read =
        read_all_of(CaptureBytes().pcap().record("abc").u32(0).u32(0).u32(0x7fff'ffff).u32(1).text("xyz").bytes);
    CHECK(read.packets.size() == 1);
    CHECK(read.failure.error == SourceError::corrupt);
    CHECK(read.failure.message.find("packet 2") != std::string::npos);
  }

  TEST_CASE("names a link type it does not decode, and those it does") {
    const ReadCapture read = read_all_of(CaptureBytes().pcap(0xa1b2c3d4, 105).record("abc").bytes);
    CHECK(read.packets.empty());
    CHECK(read.failure.error == SourceError::unsupported_link_type);
    CHECK(read.failure.message.find("link type 105 (IEEE 802.11)") != std::string::npos);
    CHECK(read.failure.message.find("Ethernet") != std::string::npos);
  }

  TEST_CASE("tells that a file is no capture") {
    for (const char* text : {"hello, this is a text file and long enough", "hi", "\x01"}) {
      const std::string_view bytes(text);
      const ReadCapture read = read_all_of({bytes.begin(), bytes.end()});
      CHECK(read.failure.error == SourceError::not_a_capture);
    }
    CHECK(read_all_of({}).failure.error == SourceError::not_a_capture);
  }
}
