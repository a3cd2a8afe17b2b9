#include "engine/engine_rig.hpp"
#include "engine/subject.hpp"

namespace bulkhead::test {
namespace {

using namespace std::string_literals;

std::string frame(char type, char flags, std::uint32_t stream, const std::string& payload) {
  return "\0"s + static_cast<char>(payload.size() >> 8) + static_cast<char>(payload.size()) + type + flags + "\0\0"s +
         static_cast<char>(stream >> 8) + static_cast<char>(stream) + payload;
}

/// A header block of literals (RFC 7541 6.2.2).
std::string headers(std::uint32_t stream, const std::vector<std::pair<std::string, std::string>>& lines) {
  std::string block;
  for (const auto& [name, value] : lines)
    block += "\0"s + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) + value;
  return frame(1, 4, stream, block);
}

std::string request(std::uint32_t stream, const std::string& path) {
  return headers(stream, {{":method", "POST"}, {":path", path}, {":authority", "shop"}});
}
std::string answer(std::uint32_t stream) { return headers(stream, {{":status", "200"}}); }
std::string data(std::uint32_t stream, const std::string& text, bool last = false) {
  return frame(0, last ? 1 : 0, stream, text);
}

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "");
const std::string kCard = "{\"cardNumber\":\"4111111111111111\"}";

/// Where each finding stood, and what it was about.
std::vector<std::string> told(const std::vector<std::pair<bool, std::string>>& turns, std::size_t cut = SIZE_MAX) {
  EngineRig rig(false, program_of({sensor("payment-card", Verdict::alert)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  for (const auto& [from_client, text] : turns)
    for (std::string_view rest = text; !rest.empty(); rest = rest.substr(std::min(cut, rest.size())))
      rig.feed(from_client ? tcp.request(rest.substr(0, cut)) : tcp.response(rest.substr(0, cut)));
  rig.engine().finish();
  std::vector<std::string> lines;
  for (const SeenEvent& event : rig.of(EventKind::finding))
    lines.push_back((event.direction == Direction::request ? "> " : "< ") + std::string(event.subject));
  return lines;
}
using Lines = std::vector<std::string>;

TEST_CASE("HTTP/2: what is found in a body has the request of its stream") {
  for (const std::size_t cut : {1UL, 7UL, 1'400UL}) {
    CAPTURE(cut);
    CHECK(told({{true, kPreface + request(1, "/orders?id=7") + request(3, "/refunds") + data(1, kCard) + data(3, kCard, true)},
                {false, frame(4, 0, 0, "") + answer(3) + data(3, kCard) + answer(1) + data(1, kCard)}},
               cut) == Lines{"> POST /orders", "> POST /refunds", "< POST /refunds", "< POST /orders"});
  }
}

TEST_CASE("HTTP/2: a body that goes on behind another stream's head stays what it is") {
  CHECK(told({{true, kPreface + request(1, "/orders") + data(1, kCard + kCard.substr(0, 20)) + request(3, "/refunds") +
                         data(1, kCard)}}) == Lines{"> POST /orders", "> POST /orders"});
}

TEST_CASE("HTTP/2: a finding in the request's own head shows what comes before it") {
  CHECK(told({{true, kPreface + request(1, "/cards?cardNumber=4111111111111111")}}) == Lines{"> POST /cards"});
  CHECK(told({{true, kPreface + headers(1, {{":method", "GET"}, {":path", "/a"}, {"x-card", "4111111111111111"}})}}) ==
        Lines{"> GET /a"});
}

TEST_CASE("gRPC: what is found has its service and method") {
  const std::string call =
      headers(1, {{":method", "POST"}, {":path", "/shop.v1.CheckoutService/PlaceOrder"}, {"content-type", "application/grpc"}});
  const std::string message = "\x0a\x15" "card 4111111111111111";
  const std::string framed = "\0\0\0\0"s + static_cast<char>(message.size()) + message;
  CHECK(told({{true, kPreface + call + data(1, framed)},
              {false, headers(1, {{":status", "200"}, {"content-type", "application/grpc"}}) + data(1, framed)}}) ==
        Lines{"> POST /shop.v1.CheckoutService/PlaceOrder", "< POST /shop.v1.CheckoutService/PlaceOrder"});
}

TEST_CASE("HTTP/2: the heads of many requests are kept within their bound") {
  std::string many = kPreface;
  const auto count = static_cast<std::uint32_t>(2 * SubjectKeeper::kMostExchanges);
  for (std::uint32_t i = 0; i < count; ++i) many += request(2 * i + 1, i == 0 ? "/first" : "/later");
  CHECK(told({{true, many}, {false, frame(4, 0, 0, "") + answer(1) + data(1, kCard) + answer(2 * count - 3) + data(2 * count - 3, kCard)}}) ==
        Lines{"< ", "< POST /later"});
}

}  // namespace
}  // namespace bulkhead::test
