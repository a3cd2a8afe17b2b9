#include <random>

#include "flow/flow_rig.hpp"

namespace bulkhead::test {

TEST_CASE("Both directions of a conversation are delivered in order, from the packets themselves") {
  for (const bool v6 : {false, true}) {
    FlowRig rig(in_line());
    const TcpTalk talk(40'000, v6);
    talk.shake_hands(rig);
    CHECK_FALSE(rig.feed(talk.request_at(0, "GET / ")).drop);
    rig.feed(talk.request_at(6, "HTTP/1.1"));
    const auto handling = rig.feed(talk.response_at(0, "HTTP/1.1 200 OK", kAck, 14));
    CHECK(handling.session != nullptr);
    CHECK(handling.direction == Direction::response);
    CHECK(handling.v6 == v6);
    CHECK(handling.l4_offset == (v6 ? 40 : 20));
    CHECK(rig.session().request().bytes == "GET / HTTP/1.1");
    CHECK(rig.session().response().bytes == "HTTP/1.1 200 OK");
    CHECK(rig.session().request().in_packet_bytes == 14);
    CHECK(rig.session().view.client_port == 40'000);
    CHECK(rig.session().view.server_port == 8'080);
    CHECK(rig.session().view.client.is_v4() == !v6);
    CHECK(rig.recorder.exceptions.empty());
  }
}

TEST_CASE("A session whose pure acknowledgements are never seen is followed all the same") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  rig.feed(talk.syn());
  rig.feed(talk.syn_ack());
  rig.feed(talk.request_at(0, "one"));
  rig.feed(talk.request_at(3, "two"));
  CHECK(rig.session().request().bytes == "onetwo");
  CHECK_FALSE(rig.session().midstream);
  CHECK(rig.recorder.exceptions.empty());
}

TEST_CASE("A segment behind a hole waits, and the filler's packet delivers both") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  CHECK_FALSE(rig.feed(talk.request_at(6, "cards ")).drop);
  rig.feed(talk.request_at(12, "only"));
  CHECK(rig.session().request().bytes.empty());
  rig.feed(talk.request_at(0, "credit"));
  CHECK(rig.session().request().bytes == "creditcards only");
  CHECK(rig.session().request().in_packet_bytes == 6);
  CHECK(rig.session().request().gap_bytes == 0);
}

TEST_CASE("Sequence numbers wrap around") {
  FlowRig rig;
  const TcpTalk talk(40'000, false, 0xfffffff0U, 0xfffffffeU);
  talk.shake_hands(rig);
  rig.feed(talk.request_at(10, "klmnopqrst"));
  rig.feed(talk.request_at(0, "abcdefghij"));
  rig.feed(talk.response_at(0, "response"));
  rig.feed(talk.request_at(5, "fghijklmnopqrstuvwxyz"));
  CHECK(rig.session().request().bytes == "abcdefghijklmnopqrstuvwxyz");
  CHECK(rig.session().response().bytes == "response");
  CHECK(rig.recorder.exceptions.empty());
}

TEST_CASE("An equal retransmission is forwarded and not delivered again") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "hello "));
  rig.feed(talk.request_at(6, "world"));
  CHECK_FALSE(rig.feed(talk.request_at(0, "hello ")).drop);
  CHECK_FALSE(rig.feed(talk.request_at(3, "lo wor")).drop);
  CHECK_FALSE(rig.feed(talk.request_at(6, "world, again")).drop);
  CHECK(rig.session().request().bytes == "hello world, again");
  CHECK(rig.recorder.exceptions.empty());
}

TEST_CASE("A retransmission with other bytes is an overlap: the first bytes win, and inline the packet is dropped") {
  for (const bool is_inline : {true, false}) {
    FlowRig rig(is_inline ? in_line() : offline());
    const TcpTalk talk;
    talk.shake_hands(rig);
    rig.feed(talk.request_at(0, "GOOD"));
    CHECK(rig.feed(talk.request_at(0, "EVIL")).drop == is_inline);
    CHECK(rig.feed(talk.request_at(2, "XX more")).drop == is_inline);
    CHECK(rig.session().request().bytes == (is_inline ? "GOOD" : "GOOD more"));
    CHECK(rig.recorder.count(Exception::overlap) == 2);
    CHECK(rig.recorder.exceptions.front().session == 1);
  }
}

TEST_CASE("Data buffered behind a hole is compared with too") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(4, "good"));
  CHECK(rig.feed(talk.request_at(2, "xxEVIL")).drop);
  CHECK(rig.feed(talk.request_at(6, "xx")).drop);
  CHECK_FALSE(rig.feed(talk.request_at(2, "zzgood and")).drop);
  CHECK_FALSE(rig.feed(talk.request_at(0, "aazzgood and more")).drop);
  CHECK(rig.session().request().bytes == "aazzgood and more");
  CHECK(rig.recorder.count(Exception::overlap) == 2);
}

TEST_CASE("Offline, an acknowledgement of bytes that were not captured turns the hole into a gap") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "Please "));
  rig.feed(talk.request_at(11, "let me in!"));
  CHECK(rig.session().request().bytes == "Please ");
  rig.feed(talk.response_at(0, "", kAck, 21));
  CHECK(rig.session().request().bytes == "Please ~let me in!");
  CHECK(rig.session().request().gap_bytes == 4);
}

TEST_CASE("Offline, the end of the capture delivers what waits for a hole") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(3, "b"));
  rig.feed(talk.request_at(7, "c"));
  rig.flows.finish();
  CHECK(rig.session().request().bytes == "~b~c");
  CHECK(rig.session().request().gap_bytes == 6);
  CHECK(rig.session().closed);
}

TEST_CASE("Inline, bytes that an acknowledgement says went past are a gap, and may not come after all") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(4, "late"));
  rig.feed(talk.response_at(0, "x", kAck, 8));
  CHECK(rig.session().request().bytes == "~late");
  CHECK(rig.session().request().gap_bytes == 4);
  CHECK(rig.feed(talk.request_at(0, "soon")).drop);
  CHECK_FALSE(rig.feed(talk.request_at(4, "late")).drop);
  CHECK_FALSE(rig.feed(talk.request_at(8, "r")).drop);
  CHECK(rig.session().request().bytes == "~later");
}

TEST_CASE("Inline, a hole that nobody fills for long does not stop the session for ever") {
  EngineConfig config = in_line();
  config.limits.reassembly_bytes_per_session = 8'000;
  FlowRig rig(config);
  const TcpTalk talk;
  talk.shake_hands(rig);
  std::uint32_t offset = 4;
  while (!rig.feed(talk.request_at(offset, std::string(1'000, 'x'))).drop && offset < 100'000) offset += 1'000;
  rig.wait(5);
  CHECK(rig.feed(talk.request_at(offset, std::string(1'000, 'x'))).drop);
  rig.wait(6);
  CHECK_FALSE(rig.feed(talk.request_at(offset, std::string(1'000, 'x'))).drop);
  CHECK(rig.session().request().gap_bytes == 4);
  CHECK(rig.session().request().bytes.size() == 1 + offset - 4 + 1'000);
  CHECK(rig.feed(talk.request_at(0, "head")).drop);
}

TEST_CASE("A full reassembly buffer drops inline, and skips the hole offline or by policy") {
  const std::string text(1'000, 'x');
  EngineConfig config = in_line();
  config.limits.reassembly_bytes_per_session = 8'000;
  SUBCASE("inline the sender is made to repeat") {
    FlowRig rig(config);
    const TcpTalk talk;
    talk.shake_hands(rig);
    std::uint32_t offset = 4;
    while (!rig.feed(talk.request_at(offset, text)).drop && offset < 100'000) offset += 1'000;
    CHECK(offset < 9'000);
    CHECK(rig.feed(talk.request_at(offset, text)).drop);
    CHECK(rig.recorder.count(Exception::memory_cap) == 1);
    CHECK(rig.session().request().bytes.empty());
    CHECK_FALSE(rig.feed(talk.request_at(0, "head")).drop);
    CHECK_FALSE(rig.feed(talk.request_at(offset, text)).drop);
    CHECK(rig.session().request().bytes.size() == offset + 1'000);
    CHECK(rig.session().request().gap_bytes == 0);
  }
  SUBCASE("a pass policy for gaps lets it go on") {
    config.exceptions.set(Exception::gap, ExceptionPolicy::pass);
    FlowRig rig(config);
    const TcpTalk talk;
    talk.shake_hands(rig);
    for (std::uint32_t i = 0; i < 20; ++i) CHECK_FALSE(rig.feed(talk.request_at(4 + i * 1'000, text)).drop);
    CHECK(rig.session().request().gap_bytes == 4);
    CHECK(rig.session().request().bytes.size() == 1 + 20'000);
  }
  SUBCASE("offline the hole becomes a gap") {
    config.inline_mode = false;
    FlowRig rig(config);
    const TcpTalk talk;
    talk.shake_hands(rig);
    for (std::uint32_t i = 0; i < 20; ++i) rig.feed(talk.request_at(4 + i * 1'000, text));
    CHECK(rig.session().request().gap_bytes == 4);
    CHECK(rig.session().request().bytes.size() == 1 + 20'000);
  }
}

TEST_CASE("One-byte segments behind a hole cannot exhaust the buffer sooner than long ones") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  std::string want = "a";
  for (std::uint32_t i = 1; i < 3'000; ++i) {
    const char c = static_cast<char>('a' + i % 26);
    want.push_back(c);
    CHECK_FALSE(rig.feed(talk.request_at(i, std::string(1, c))).drop);
  }
  rig.feed(talk.request_at(0, "a"));
  CHECK(rig.session().request().bytes == want);
}

TEST_CASE("A super-packet of 64 KiB is one delivery") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  const std::string big(65'000, 'g');
  rig.feed(talk.request_at(0, big));
  CHECK_FALSE(rig.feed(talk.request_at(64'000, std::string(1'000, 'g'))).drop);
  CHECK(rig.feed(talk.request_at(64'000, std::string(1'000, 'h'))).drop);
  rig.feed(talk.request_at(65'000, "end"));
  CHECK(rig.session().request().bytes == big + "end");
  CHECK(rig.session().request().in_packet_bytes == 65'003);
}

TEST_CASE("Inline, a repetition that can no longer be compared is reported, and dropped where the policy says block") {
  EngineConfig config = in_line();
  config.limits.reassembly_bytes_per_session = 8'000;
  for (const bool block : {false, true}) {
    config.exceptions.set(Exception::memory_cap, block ? ExceptionPolicy::block : ExceptionPolicy::alert);
    FlowRig rig(config);
    const TcpTalk talk;
    talk.shake_hands(rig);
    for (std::uint32_t i = 0; i < 30; ++i) rig.feed(talk.request_at(i * 1'000, std::string(1'000, 'x')));
    CHECK(rig.recorder.exceptions.empty());
    CHECK(rig.feed(talk.request_at(0, std::string(1'000, 'y'))).drop == block);
    CHECK(rig.recorder.bytes_of(Exception::memory_cap) == 1'000);
    rig.feed(talk.response_at(0, "ok", kAck, 30'000));
    CHECK(rig.feed(talk.request_at(0, std::string(1'000, 'y'))).drop == block);
    CHECK(rig.recorder.bytes_of(Exception::memory_cap) == 2'000);
    CHECK(rig.feed(talk.request_at(29'000, std::string(1'000, 'y'))).drop);
    CHECK(rig.recorder.count(Exception::overlap) == 1);
  }
}

TEST_CASE("A truncated capture leaves a gap and says so") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  const Octets packet = talk.request_at(0, "abcdefghij");
  rig.feed_cut(packet, packet.size() - 4);
  rig.feed(talk.request_at(10, "klm"));
  CHECK(rig.session().request().bytes == "abcdef~klm");
  CHECK(rig.session().request().gap_bytes == 4);
  CHECK(rig.recorder.count(Exception::truncated_packet) == 1);
}

TEST_CASE("Any segmentation, reordering, duplication and overlap of a stream delivers exactly the stream") {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto up_to = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % (limit + 1)); };
    std::string text(1 + up_to(20'000), ' ');
    for (char& c : text) c = static_cast<char>('!' + up_to(90));
    const std::uint32_t length = static_cast<std::uint32_t>(text.size());
    const std::uint32_t most = 1 + up_to(3'000);

    struct Piece {
      std::uint32_t from, size;
    };
    std::vector<Piece> pieces;
    for (std::uint32_t at = 0; at < length;) {
      const std::uint32_t size = std::min(1 + up_to(most), length - at);
      pieces.push_back({at, size});
      const std::uint32_t back = std::min(at, up_to(most));
      if (up_to(3) == 0) pieces.push_back({at - back, std::min(size + up_to(most), length - at + back)});
      at += size;
    }
    const std::size_t spread = 1 + up_to(12);
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i)
      std::swap(pieces[i], pieces[std::min(i + up_to(static_cast<std::uint32_t>(spread)), pieces.size() - 1)]);

    FlowRig rig(seed % 2 == 0 ? in_line() : offline());
    const TcpTalk talk(40'000, seed % 3 == 0, static_cast<std::uint32_t>(random()) | 0xffff0000U,
                       static_cast<std::uint32_t>(random()));
    talk.shake_hands(rig);
    for (const Piece& piece : pieces)
      CHECK_FALSE(rig.feed(talk.request_at(piece.from, std::string_view(text).substr(piece.from, piece.size))).drop);
    rig.feed(talk.request_at(length, "", kAck | kFin));
    CHECK(rig.session().request().bytes == text);
    CHECK(rig.session().request().ended);
    CHECK(rig.recorder.exceptions.empty());
  }
}

}  // namespace bulkhead::test
