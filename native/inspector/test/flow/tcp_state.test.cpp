#include "flow/flow_rig.hpp"

namespace bulkhead::test {

TEST_CASE("A session ends when both sides have finished, and is closed at the next call") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "bye", kAck | kFin));
  CHECK(rig.session().request().ended);
  CHECK_FALSE(rig.session().closed);
  const auto handling = rig.feed(talk.response_at(0, "", kAck | kFin, 4));
  CHECK(rig.session().response().ended);
  CHECK_FALSE(rig.session().closed);
  CHECK(handling.session != nullptr);
  CHECK(rig.flows.active_sessions() == 1);
  CHECK(rig.feed(talk.request_at(4, "", kAck, 1)).session == nullptr);
  CHECK(rig.session().closed);
  CHECK(rig.flows.active_sessions() == 0);
  CHECK(rig.recorder.exceptions.empty());
}

TEST_CASE("A FIN waits for the bytes before it") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(5, "end", kAck | kFin));
  CHECK_FALSE(rig.session().request().ended);
  rig.feed(talk.request_at(0, "early"));
  CHECK(rig.session().request().bytes == "earlyend");
  CHECK(rig.session().request().ended);
}

TEST_CASE("Data beyond a FIN is dropped inline and reported") {
  for (const bool is_inline : {true, false}) {
    FlowRig rig(is_inline ? in_line() : offline());
    const TcpTalk talk;
    talk.shake_hands(rig);
    rig.feed(talk.request_at(0, "done", kAck | kFin));
    CHECK(rig.feed(talk.request_at(4, "hidden")).drop == is_inline);
    CHECK(rig.session().request().bytes == "done");
    CHECK(rig.recorder.bytes_of(Exception::bad_reset) == 6);
  }
}

TEST_CASE("A second FIN elsewhere is refused") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(4, "", kAck | kFin));
  CHECK(rig.feed(talk.request_at(2, "", kAck | kFin)).drop);
  rig.feed(talk.request_at(0, "four"));
  CHECK(rig.session().request().ended);
}

TEST_CASE("A FIN before data that was accepted already is refused") {
  for (const bool is_inline : {true, false}) {
    FlowRig rig(is_inline ? in_line() : offline());
    const TcpTalk talk;
    talk.shake_hands(rig);
    rig.feed(talk.request_at(10, "beyond"));
    CHECK(rig.feed(talk.request_at(0, "", kAck | kFin)).drop == is_inline);
    CHECK_FALSE(rig.session().request().ended);
    rig.feed(talk.request_at(0, "ten bytes."));
    CHECK(rig.session().request().bytes == "ten bytes.beyond");
    CHECK(rig.recorder.count(Exception::bad_reset) == 1);
  }
}

TEST_CASE("A repetition after both sides finished is forwarded only while it is one") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "ask", kAck | kFin));
  rig.feed(talk.response_at(0, "answer", kAck | kFin, 0));
  CHECK_FALSE(rig.feed(talk.request_at(0, "ask", kAck | kFin)).drop);
  CHECK(rig.feed(talk.request_at(0, "axe")).drop);
  CHECK(rig.feed(talk.request_at(3, "more")).drop);
  CHECK(rig.session().request().bytes == "ask");
}

TEST_CASE("A reset at the expected sequence number ends the session once nothing follows") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "abc"));
  rig.feed(talk.response_at(0, "", kRst));
  CHECK(rig.recorder.exceptions.empty());
  rig.wait(3);
  CHECK(rig.session().closed);
  CHECK(rig.session().request().ended);
}

TEST_CASE("A reset the peer ignores does not blind the inspector") {
  FlowRig rig;
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "4111 1111 "));
  rig.feed(talk.request_at(10, "", kRst | kAck));
  rig.feed(talk.request_at(10, "1111 1111"));
  rig.wait(3);
  CHECK(rig.session().request().bytes == "4111 1111 1111 1111");
  CHECK_FALSE(rig.session().closed);
}

TEST_CASE("Resets outside what the receiver accepts change nothing, and inline they are dropped") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "abc"));
  CHECK(rig.feed(talk.request_at(5'000, "", kRst)).drop);
  CHECK(rig.feed(talk.request_at(1, "", kRst)).drop == false);  // the server may not have had "bc" yet
  CHECK(rig.feed(tcp_packet(talk.client, talk.server, {1'004, 9'001, kRst, 0, Octets{19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                                                                   0, 0, 0, 0, 0, 0, 0, 1, 1}}))
            .drop);
  CHECK(rig.recorder.count(Exception::bad_reset) == 2);
  rig.feed(talk.request_at(3, "def"));
  CHECK(rig.session().request().bytes == "abcdef");
}

TEST_CASE("Bad checksums change nothing, and inline the packet is dropped") {
  for (const bool is_inline : {true, false}) {
    FlowRig rig(is_inline ? in_line() : offline());
    const TcpTalk talk;
    talk.shake_hands(rig);
    Octets wrong = talk.request_at(0, "EVIL");
    wrong[20 + 16] ^= 0x55;
    CHECK(rig.feed(wrong).drop == is_inline);
    Octets wrong_header = talk.request_at(0, "EVIL");
    wrong_header[8] ^= 0x55;
    CHECK(rig.feed(wrong_header).drop == is_inline);
    rig.feed(talk.request_at(0, "GOOD"));
    CHECK(rig.session().request().bytes == "GOOD");
    CHECK(rig.recorder.count(Exception::bad_checksum) == 2);
  }
}

TEST_CASE("Checksums that are still to be filled in are not judged") {
  FlowRig rig(in_line());
  rig.checksum_pending = true;
  const TcpTalk talk;
  talk.shake_hands(rig);
  Octets unfilled = talk.request_at(0, "super");
  unfilled[20 + 16] ^= 0x55;
  CHECK_FALSE(rig.feed(unfilled).drop);
  CHECK(rig.session().request().bytes == "super");
}

TEST_CASE("A capture from above an offloading network card is recognised by its first checksums") {
  const auto leave_to_card = [](const TcpTalk& talk, Octets packet, bool from_client) {
    const std::size_t length = packet.size() - 20;
    const Host& from = from_client ? talk.client : talk.server;
    const Host& to = from_client ? talk.server : talk.client;
    Octets none;
    set16(packet, 20 + 16, plain_sum(none, pseudo_sum(from, to, 6, length)));
    return packet;
  };
  FlowRig rig;
  const TcpTalk talk;
  rig.feed(leave_to_card(talk, talk.syn(), true));
  rig.feed(talk.syn_ack());
  rig.feed(leave_to_card(talk, talk.request_at(0, "from this machine"), true));
  rig.feed(talk.response_at(0, "from the other"));
  rig.feed(leave_to_card(talk, talk.response_at(14, "forged"), false));
  CHECK(rig.session().request().bytes == "from this machine");
  CHECK(rig.session().response().bytes == "from the other");
  CHECK(rig.recorder.count(Exception::bad_checksum) == 1);
}

TEST_CASE("Many SYNs with many sequence numbers do not hide the one that counts") {
  FlowRig rig(in_line());
  const TcpTalk real(40'000, false, 777'000, 9'000);
  for (std::uint32_t i = 0; i < 24; ++i) rig.feed(TcpTalk(40'000, false, 5'000'000 + i * 77'777).syn());
  rig.feed(real.syn());
  for (std::uint32_t i = 0; i < 24; ++i) rig.feed(TcpTalk(40'000, false, 90'000'000 + i * 77'777).syn());
  rig.feed(real.syn_ack());
  rig.feed(TcpTalk(40'000, false, 5'000'000).request_at(0, "decoy"));
  rig.feed(real.request_at(0, "POST /"));
  bool found = false;
  for (const auto& [id, session] : rig.recorder.sessions)
    found = found || session.request().bytes.find("POST /") != std::string::npos;
  CHECK(found);
}

TEST_CASE("The server's answer that the client acknowledges is the one that counts") {
  FlowRig rig(in_line());
  const TcpTalk first(40'000, false, 1'000, 9'000);
  const TcpTalk second(40'000, false, 1'000, 500'000'000);
  rig.feed(first.syn());
  rig.feed(first.syn_ack());
  rig.feed(second.syn_ack());
  rig.feed(second.request_at(0, "hi"));
  rig.feed(second.response_at(0, "hello"));
  CHECK(rig.session().response().bytes == "hello");
  CHECK(rig.session().response().gap_bytes == 0);
  CHECK_FALSE(rig.session().midstream);
}

TEST_CASE("Data on a SYN is inspected, and its repetition is not delivered twice") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  rig.feed(tcp_packet(talk.client, talk.server, {1'000, 0, kSyn, 0, {}}, "GET /fast"));
  CHECK(rig.session().request().bytes == "GET /fast");
  rig.feed(talk.syn_ack());
  CHECK(rig.feed(talk.request_at(0, "GET /evil")).drop);
  CHECK_FALSE(rig.feed(talk.request_at(0, "GET /fast open")).drop);
  rig.feed(talk.response_at(0, "done"));
  CHECK(rig.session().request().bytes == "GET /fast open");
  CHECK(rig.session().response().bytes == "done");
}

TEST_CASE("A simultaneous open is one session") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  rig.feed(talk.syn());
  rig.feed(tcp_packet(talk.server, talk.client, {9'000, 0, kSyn, 0, {}}));
  rig.feed(tcp_packet(talk.client, talk.server, {1'000, 9'001, kSyn | kAck, 0, {}}));
  rig.feed(talk.syn_ack());
  rig.feed(talk.response_at(0, "from one"));
  rig.feed(talk.request_at(0, "from the other"));
  CHECK(rig.session().response().bytes == "from one");
  CHECK(rig.session().request().bytes == "from the other");
  CHECK(rig.flows.sessions_opened() == 1);
  CHECK_FALSE(rig.session().midstream);
}

TEST_CASE("A SYN on a live session changes nothing unless the server answers it") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  const TcpTalk again(40'000, false, 70'000'000, 80'000'000);
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "old "));
  CHECK_FALSE(rig.feed(again.syn()).drop);
  CHECK(rig.feed(tcp_packet(again.client, again.server, {70'000'000, 0, kSyn, 0, {}}, "data")).drop);
  rig.feed(talk.request_at(4, "still"));
  CHECK(rig.session(1).request().bytes == "old still");
  CHECK(rig.recorder.count(Exception::bad_reset) == 2);

  rig.feed(again.syn_ack());
  rig.feed(again.request_at(0, "new"));
  CHECK(rig.session(1).closed);
  CHECK(rig.session(2).request().bytes == "new");
  CHECK(rig.flows.sessions_opened() == 2);
}

TEST_CASE("A SYN/ACK that acknowledges nothing sent is refused") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.request_at(0, "x"));
  CHECK(rig.feed(TcpTalk(40'000, false, 33'000'000, 44'000'000).syn_ack()).drop);
  CHECK_FALSE(rig.feed(talk.syn_ack()).drop);
  rig.feed(talk.response_at(0, "fine"));
  CHECK(rig.session().response().bytes == "fine");
}

TEST_CASE("Ports used again after the end are a new session") {
  FlowRig rig;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const TcpTalk talk(40'000, false, 1'000 + i * 1'000'000, 9'000 + i * 1'000'000);
    talk.shake_hands(rig);
    rig.feed(talk.request_at(0, "q" + std::to_string(i), kAck | kFin));
    rig.feed(talk.response_at(0, "a", kAck | kFin, 3));
  }
  CHECK(rig.flows.sessions_opened() == 3);
  for (std::uint32_t i = 0; i < 3; ++i) CHECK(rig.session(i + 1).request().bytes == "q" + std::to_string(i));
}

TEST_CASE("Inline, data that goes on from no answer of the server's does not open its session") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  rig.feed(talk.syn());
  rig.feed(talk.syn_ack());
  CHECK(rig.feed(talk.request_at(3, "decoy", kAck | kPsh, 0x7000'0000)).drop);
  CHECK(rig.feed(talk.request_at(1U << 25, "decoy")).drop);
  rig.feed(talk.request_at(0, "abc"));
  CHECK(rig.session().request().bytes == "abc");
  CHECK_FALSE(rig.session().midstream);
  CHECK(rig.recorder.count(Exception::bad_reset) == 2);
}

TEST_CASE("Inline, an answer to nothing that was asked does not keep a session met midway from being picked up") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  rig.feed(talk.syn_ack());
  CHECK_FALSE(rig.feed(talk.request_at(1U << 25, "abc")).drop);
  CHECK(rig.session().request().bytes == "abc");
  CHECK(rig.session().midstream);
}

TEST_CASE("A session picked up midstream is inspected, its client guessed by payload, then by port") {
  SUBCASE("the server speaks first") {
    FlowRig rig;
    const TcpTalk talk;
    rig.feed(talk.response_at(50, "HTTP/1.1 200 OK", kAck, 70));
    rig.feed(talk.request_at(70, "GET /next"));
    CHECK(rig.session().midstream);
    CHECK(rig.session().view.client_port == 40'000);
    CHECK(rig.session().response().bytes == "HTTP/1.1 200 OK");
    CHECK(rig.session().request().bytes == "GET /next");
    CHECK(rig.recorder.count(Exception::midstream) == 1);
  }
  SUBCASE("binary data, by ports") {
    FlowRig rig;
    const TcpTalk talk;
    rig.feed(talk.response_at(50, "\x01\x02\x03"));
    CHECK(rig.session().view.client_port == 40'000);
  }
  SUBCASE("the policy blocks it inline") {
    EngineConfig config = in_line();
    config.exceptions.set(Exception::midstream, ExceptionPolicy::block);
    FlowRig rig(config);
    const auto handling = rig.feed(TcpTalk().request_at(50, "GET /"));
    CHECK(handling.drop);
    CHECK(handling.session == nullptr);
    CHECK(rig.recorder.bytes_of(Exception::midstream) == 5);
    CHECK(rig.flows.sessions_opened() == 0);
  }
}

TEST_CASE("Bytes from before a midstream pick-up are reported") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  rig.feed(talk.request_at(500, "later"));
  CHECK_FALSE(rig.feed(talk.request_at(490, "before")).drop);
  CHECK(rig.recorder.bytes_of(Exception::midstream) == 6);
}

TEST_CASE("Urgent data is inspected in line and reported, or dropped by policy") {
  EngineConfig config = in_line();
  for (const bool block : {false, true}) {
    config.exceptions.set(Exception::urgent_data, block ? ExceptionPolicy::block : ExceptionPolicy::alert);
    FlowRig rig(config);
    const TcpTalk talk;
    talk.shake_hands(rig);
    const Octets urgent = tcp_packet(talk.client, talk.server, {1'001, 9'001, kAck | kUrg, 1, {}}, "xdata");
    CHECK(rig.feed(urgent).drop == block);
    CHECK(rig.recorder.count(Exception::urgent_data) == 1);
    CHECK(rig.session().request().bytes == (block ? "" : "xdata"));
  }
}

TEST_CASE("Flag combinations that receivers disagree about are refused") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  for (const std::uint8_t flags : {std::uint8_t{kSyn | kFin}, std::uint8_t{kSyn | kRst}, std::uint8_t{kPsh},
                                   std::uint8_t{0}, std::uint8_t{kFin}, std::uint8_t{kFin | kRst}})
    CHECK(rig.feed(talk.request_at(0, "EVIL", flags)).drop);
  rig.feed(talk.request_at(0, "GOOD"));
  CHECK(rig.session().request().bytes == "GOOD");
  CHECK(rig.recorder.count(Exception::malformed_packet) == 6);
}

TEST_CASE("A data offset below the header or beyond the segment is malformed") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  for (const std::uint8_t words : {std::uint8_t{0}, std::uint8_t{4}, std::uint8_t{15}}) {
    Octets packet = talk.request_at(0, "data");
    packet[20 + 12] = static_cast<std::uint8_t>(words << 4);
    CHECK(rig.feed(packet).drop);
  }
  CHECK(rig.recorder.count(Exception::malformed_packet) == 3);
  CHECK(rig.session().request().bytes.empty());
}

TEST_CASE("A blocked session drops everything, an offloaded one forwards everything, both undelivered") {
  for (const Disposition disposition : {Disposition::blocked, Disposition::offloaded}) {
    FlowRig rig(in_line());
    const TcpTalk talk;
    talk.shake_hands(rig);
    rig.recorder.set_on_data = disposition;
    rig.feed(talk.request_at(4, "buffered"));
    rig.feed(talk.request_at(0, "data"));
    const bool blocked = disposition == Disposition::blocked;
    CHECK(rig.feed(talk.request_at(12, "more")).drop == blocked);
    CHECK(rig.feed(talk.response_at(0, "more")).drop == blocked);
    CHECK(rig.feed(talk.request_at(16, "", kAck | kFin)).drop == blocked);
    CHECK(rig.session().request().bytes == "data");
    CHECK(rig.session().response().bytes.empty());
    rig.wait(60);
    CHECK(rig.session().closed);
  }
}

TEST_CASE("Nothing of a packet is delivered when what its acknowledgement let go on decided about the session") {
  for (const Disposition disposition : {Disposition::blocked, Disposition::offloaded}) {
    FlowRig rig;
    const TcpTalk talk;
    talk.shake_hands(rig);
    rig.feed(talk.request_at(4, "buffered"));
    rig.recorder.set_on_data = disposition;
    rig.feed(talk.response_at(0, "answer", kAck, 12));
    CHECK(rig.session().request().bytes == "~buffered");
    CHECK(rig.session().response().bytes.empty());
  }
}

TEST_CASE("The reset point is what each side expects when the packet just judged never arrives") {
  FlowRig rig(in_line());
  const TcpTalk talk;
  talk.shake_hands(rig);
  rig.feed(talk.response_at(0, "banner"));
  rig.feed(talk.request_at(0, "hello", kAck, 6));
  const auto handling = rig.feed(talk.request_at(5, "4111111111111111", kAck, 6));
  const auto point = rig.flows.reset_point(*handling.session);
  CHECK(point.known);
  CHECK(point.server_seq == 1'001 + 5);
  CHECK(point.client_seq == 9'001 + 6);
}

}  // namespace bulkhead::test
