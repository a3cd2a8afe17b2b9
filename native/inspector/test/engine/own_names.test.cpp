#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

std::string said(const std::string& body, const std::string& headers = "") {
  const std::vector<SensorSpec> sensors{{"all",
                                         {"payment-card", "http-basic", "session-cookie", "code"},
                                         Confidence::low,
                                         1,
                                         Verdict::alert,
                                         DirectionScope::both}};
  EngineRig rig(false, program_of(sensors, {{"code", "Nightingale", true}}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  rig.feed(tcp.request("POST /Nightingale/orders HTTP/1.1\r\nHost: shop\r\n" + headers + "Content-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body));
  std::string all;
  for (const SeenEvent& event : rig.of(EventKind::finding))
    all += event.detector + ' ' + event.masked + ' ' + event.key + ' ' + event.subject + '\n';
  return all;
}

}  // namespace

TEST_CASE("a user's own term is not shown as the name of what stands beside it") {
  CHECK(said("").find("code *********** ") == 0);
  for (const std::string& body : std::vector<std::string>{R"({"nightingale": "4111111111111111"})", R"({"a_Nightingale_b": "4111111111111111"})",
                                  R"({"x)" + std::string(45, 'y') + R"(Nightingale": "4111111111111111"})"}) {
    const std::string shown = said(body);
    CAPTURE(shown);
    CHECK(shown.find("payment-card 411111******1111 * POST /*/orders\n") != std::string::npos);
    CHECK(shown.find("ightin") == std::string::npos);
  }
  CHECK(said(R"({"cardNumber": "4111111111111111"})").find(" cardNumber ") != std::string::npos);
}

TEST_CASE("a user's own term is not shown as the name of a user or a cookie") {
  // Nightingale:correct-horse-battery
  const std::string basic = said("", "Authorization: Basic TmlnaHRpbmdhbGU6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5\r\n");
  CHECK(basic.find("http-basic ***********:********") != std::string::npos);
  const std::string cookie = said("", "Cookie: session_Nightingale=8f14e45fceea167a5a36dedd4bea2543\r\n");
  CHECK(cookie.find("session-cookie") != std::string::npos);
  CHECK(cookie.find("ightin") == std::string::npos);
}

}  // namespace bulkhead::test
