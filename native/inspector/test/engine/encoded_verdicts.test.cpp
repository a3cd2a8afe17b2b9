#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

/// A form that is sent as the first message of a session.
std::string form(std::string_view body) {
  return "POST /pay HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

struct Sent {
  Action action;
  std::string payload;
};
Sent send(Verdict verdict, const std::string& message) {
  EngineRig rig(true, program_of({sensor("payment-card", verdict)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  Buffer packet = tcp.request(message);
  const Action action = rig.feed(packet);
  if (action == Action::forward_modified) CHECK(checksums_hold(packet));
  return {action, std::string(payload_of(packet))};
}

}  // namespace

TEST_CASE("the packet that completes an encoded card is the one that is stopped") {
  for (const std::string& body : {std::string("q=card%3D4111111111111111"), std::string("card=%34111111111111%31%31%31"),
                                  std::string("{\"cardNumber\":\"411111111111111\\u0031"),
                                  std::string("x=eyJjYXJkTnVtYmVyIjoiNDExMTExMTExMTExMTExMS")}) {
    CAPTURE(body);
    const std::string message = form(body + std::string(40, ' '));
    const std::size_t end = message.find(body) + body.size();
    EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
    TcpScript tcp;
    rig.feed_all(tcp.handshake());
    CHECK(rig.feed(tcp.request(message.substr(0, end - 1))) == Action::forward);
    CHECK(rig.feed(tcp.request(message.substr(end - 1, 1))) == Action::reset);
  }
}

TEST_CASE("a card that stands as itself beside an escape is masked where it stands") {
  const Sent sent = send(Verdict::mask, form("a=%20&q=card%3D4111111111111111&b=1"));
  CHECK(sent.action == Action::forward_modified);
  CHECK(sent.payload.find("a=%20&q=card%3D************1111&b=1") != std::string::npos);
}

TEST_CASE("a card in UTF-16 or with a form's blanks is masked where it stands") {
  CHECK(send(Verdict::mask, form("card=4111+1111+1111+1111&b=1")).payload.find("card=****+****+****+1111&b=1") !=
        std::string::npos);
  std::string wide, masked;
  for (const char c : std::string("{\"card\":\"4111111111111111\"}")) wide += {c, '\0'};
  for (const char c : std::string("{\"card\":\"************1111\"}")) masked += {c, '\0'};
  CHECK(send(Verdict::mask, form(wide)).payload.find(masked) != std::string::npos);
}

TEST_CASE("a card that is written as something else is blocked where it should have been masked") {
  CHECK(send(Verdict::mask, form("card=%34111111111111111")).action == Action::reset);
  CHECK(send(Verdict::mask, form("x=eyJjYXJkTnVtYmVyIjoiNDExMTExMTExMTExMTExMSJ9&y=1")).action == Action::reset);
}

TEST_CASE("a fourth encoding falls to the declared policy") {
  EngineConfig config;
  config.exceptions.set(Exception::depth_limit, ExceptionPolicy::block);
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}), config);
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  const std::string four = "x=V2xoc1MyRnNiRmxUYlhSVllteGFNRmRYTVZkbFZXeHhZakpzVDFKRlZqUlVWbEpHWlVVeFZWSllhRTVXUlZZMFZGWlNSbVZGTVZSVGFtczk=&y";
  CHECK(rig.feed(tcp.request(form(four))) == Action::reset);
  const auto exceptions = rig.of(EventKind::exception);
  REQUIRE(exceptions.size() == 1);
  CHECK(exceptions[0].exception == Exception::depth_limit);
}

}  // namespace bulkhead::test
