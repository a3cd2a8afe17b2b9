#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

constexpr const char* kCardOrder = R"({"orderId":"4929000000006","cardNumber":"4111111111111111","total":12.5})";

}  // namespace

TEST_CASE("a card in a cleartext request resets the session, and nothing more of it passes") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());

  CHECK(rig.feed(tcp.request(post(kCardOrder))) == Action::reset);
  CHECK(rig.feed(tcp.request("GET / HTTP/1.1\r\n\r\n")) == Action::drop);

  const auto findings = rig.of(EventKind::finding);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].masked == "411111******1111");
  CHECK(findings[0].key == "cardNumber");
  CHECK(findings[0].subject == "POST /orders");
  CHECK(findings[0].verdict == Verdict::block);
  CHECK(findings[0].direction == Direction::request);
  CHECK(findings[0].protocol == Protocol::http1);
  CHECK(rig.of(EventKind::session_blocked).size() == 1);
}

TEST_CASE("the packet that brings the last digit is the one that is stopped") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  const std::string message = post(kCardOrder);
  const std::size_t last_digit = message.find("4111111111111111") + 15;

  CHECK(rig.feed(tcp.request(message.substr(0, last_digit))) == Action::forward);
  CHECK(rig.feed(tcp.request(message.substr(last_digit, 1))) == Action::reset);
}

TEST_CASE("an order without a card passes untouched") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());

  CHECK(rig.feed(tcp.request(post(R"({"orderId":"4929000000006","total":12.5})"))) == Action::forward);
  CHECK(rig.feed(tcp.response(ok(R"({"status":"accepted"})"))) == Action::forward);
  CHECK(rig.of(EventKind::finding).empty());
}

TEST_CASE("a sensor for responses leaves requests alone") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block, DirectionScope::response)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());

  CHECK(rig.feed(tcp.request(post(kCardOrder))) == Action::forward);
  CHECK(rig.feed(tcp.response(ok(kCardOrder))) == Action::reset);
}

TEST_CASE("masking overwrites the datum in place and repairs the checksum") {
  EngineRig rig(true, program_of({sensor("us-ssn", Verdict::mask)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  rig.feed(tcp.request("GET /customer HTTP/1.1\r\nHost: shop\r\n\r\n"));
  Buffer packet = tcp.response(ok(R"({"name":"Ann","ssn":"536-90-4399"})"));
  const std::size_t size = packet.size();

  CHECK(rig.feed(packet) == Action::forward_modified);

  CHECK(packet.size() == size);
  CHECK(payload_of(packet).find("\"***-**-4399\"") != std::string::npos);
  CHECK(checksums_hold(packet));
  REQUIRE(rig.of(EventKind::finding).size() == 1);
  CHECK(rig.of(EventKind::finding)[0].verdict == Verdict::mask);
}

TEST_CASE("a bare JSON number stays a number when it is masked") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::mask)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  Buffer packet = tcp.request(post(R"({"cardNumber":4111111111111111})"));

  CHECK(rig.feed(packet) == Action::forward_modified);
  CHECK(payload_of(packet).find("\"cardNumber\":9999999999991111}") != std::string::npos);
}

TEST_CASE("a retransmission of masked bytes is masked again, however it is cut") {
  EngineRig rig(true, program_of({sensor("us-ssn", Verdict::mask)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  rig.feed(tcp.request("GET /customer HTTP/1.1\r\nHost: shop\r\n\r\n"));
  const std::string message = ok(R"({"name":"Ann","ssn":"536-90-4399"})");
  rig.feed(tcp.response(message));
  const std::size_t datum = message.find("536-90");

  Buffer whole = tcp.at(false, 0, message);
  Buffer tail = tcp.at(false, static_cast<std::uint32_t>(datum + 2), std::string_view(message).substr(datum + 2));

  CHECK(rig.feed(whole) == Action::forward_modified);
  CHECK(payload_of(whole).find("***-**-4399") != std::string::npos);
  CHECK(checksums_hold(whole));
  CHECK(rig.feed(tail) == Action::forward_modified);
  CHECK(payload_of(tail).substr(0, 9) == "*-**-4399");
  CHECK(checksums_hold(tail));
}

TEST_CASE("a datum that mostly left before it was complete is blocked where it should have been masked") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::mask)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  const std::string message = post(kCardOrder);
  const std::size_t cut = message.find("4111111111111111") + 13;
  rig.feed(tcp.request(message.substr(0, cut)));

  CHECK(rig.feed(tcp.request(message.substr(cut))) == Action::reset);
  REQUIRE(rig.of(EventKind::finding).size() == 1);
  CHECK(rig.of(EventKind::finding)[0].verdict == Verdict::block);
}

TEST_CASE("a segment that would complete a card out of order blocks when the hole is filled") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  const std::string message = post(kCardOrder);
  const auto cut = static_cast<std::uint32_t>(message.find("4111111111111111") + 8);

  CHECK(rig.feed(tcp.at(true, cut, std::string_view(message).substr(cut))) == Action::forward);
  CHECK(rig.feed(tcp.at(true, 0, std::string_view(message).substr(0, cut))) == Action::reset);
}

TEST_CASE("a retransmission with other data is dropped and reported") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  rig.feed(tcp.request(post(R"({"note":"aaaaaaaaaaaaaaaa"})")));
  const std::string other = post(R"({"note":"4111111111111111"})");

  CHECK(rig.feed(tcp.at(true, 0, other)) == Action::drop);
  const auto exceptions = rig.of(EventKind::exception);
  REQUIRE(exceptions.size() == 1);
  CHECK(exceptions[0].exception == Exception::overlap);
}

TEST_CASE("a policy that arrives during a session holds from the next byte on") {
  EngineRig rig(true, program_of({sensor("iban", Verdict::block)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  CHECK(rig.feed(tcp.request(post(kCardOrder))) == Action::forward);

  rig.engine().set_program(0, program_of({sensor("payment-card", Verdict::block)}));

  CHECK(rig.feed(tcp.request(post(kCardOrder))) == Action::reset);
}

TEST_CASE("networks are looked into by their own programs, whichever of them a scanner served before") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  rig.engine().set_program(1, program_of({sensor("iban", Verdict::block)}));
  for (std::uint16_t turn = 0; turn < 3; ++turn) {
    for (const std::uint32_t tenant : {1U, 0U}) {
      rig.tenant = tenant;
      TcpScript tcp(static_cast<std::uint16_t>(40'000 + turn));
      rig.feed_all(tcp.handshake());
      CHECK(rig.feed(tcp.request(post(kCardOrder))) == (tenant == 0 ? Action::reset : Action::forward));
    }
  }
}

TEST_CASE("packets of a network without a program are forwarded and open no session") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  rig.engine().set_program(0, nullptr);
  TcpScript tcp;
  rig.feed_all(tcp.handshake());

  CHECK(rig.feed(tcp.request(post(kCardOrder))) == Action::forward);
  CHECK(rig.engine().counters().sessions_opened == 0);
}

TEST_CASE("an exception whose policy is block ends the session") {
  EngineConfig config;
  config.exceptions.set(Exception::urgent_data, ExceptionPolicy::block);
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}), config);
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  Buffer urgent = tcp.request("hello");
  urgent[33] |= 0x20;
  put16(urgent, 38, 3);
  put16(urgent, 36, 0);
  put16(urgent, 36, internet_checksum(urgent.data() + 20, urgent.size() - 20, pseudo_sum(urgent, 20)));

  CHECK(rig.feed(urgent) == Action::reset);
}

}  // namespace bulkhead::test
