#include <algorithm>
#include <random>

#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

std::shared_ptr<const Program> everything() {
  return program_of({{"all",
                      {"payment-card", "us-ssn", "iban", "email", "phone", "jwt", "private-key", "aws-access-key",
                       "github-token", "slack-token", "stripe-key", "eicar"},
                      Confidence::low, 1, Verdict::alert, DirectionScope::both}},
                    {{"eicar", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE", false}});
}

const std::string& requests() {
  static const std::string text =
      post(R"({"customer":{"email":"ann.lee@example.com","phone":"+1 415-555-0132","ssn":"536-90-4399"},)"
           R"("card":{"number":"5555 5555 5555 4444","holder":"Ann"},"iban":"GB82 WEST 1234 5698 7654 32"})") +
      "POST /upload HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer "
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJlLW5vdC1yZWFs\r\n"
      "Transfer-Encoding: chunked\r\n\r\n"
      "9\r\n{\"pan\":\"4\r\n5\r\n11111\r\n1b\r\n1111111111\",\"x\":\"AKIAIOSFO\r\n17\r\nDNN7EXAMPLE\",\"done\":true}\r\n"
      "0\r\nX-Checked: 378282246310005\r\n\r\n";
  return text;
}

const std::string& responses() {
  static const std::string text = ok(R"({"stored":"4012888888881881","ref":"4929000000006"})") +
                                  ok("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");
  return text;
}

/// Findings of a session without what legitimately depends on packets.
std::vector<SeenEvent> findings_of(std::vector<Buffer> packets) {
  EngineRig rig(false, everything());
  rig.feed_all(std::move(packets));
  rig.engine().finish();
  auto findings = rig.of(EventKind::finding);
  std::sort(findings.begin(), findings.end(), [](const SeenEvent& a, const SeenEvent& b) {
    return std::tie(a.direction, a.offset, a.detector, a.masked) < std::tie(b.direction, b.offset, b.detector, b.masked);
  });
  return findings;
}

std::vector<Buffer> cut_at(std::size_t request_cut, std::size_t response_cut) {
  TcpScript tcp;
  std::vector<Buffer> packets = tcp.handshake();
  const std::string_view request = requests();
  const std::string_view response = responses();
  packets.push_back(tcp.request(request.substr(0, request_cut)));
  if (request_cut < request.size()) packets.push_back(tcp.request(request.substr(request_cut)));
  packets.push_back(tcp.response(response.substr(0, response_cut)));
  if (response_cut < response.size()) packets.push_back(tcp.response(response.substr(response_cut)));
  packets.push_back(tcp.fin(true));
  packets.push_back(tcp.fin(false));
  return packets;
}

}  // namespace

TEST_CASE("a session's findings are the same wherever its streams are cut") {
  const auto whole = findings_of(cut_at(requests().size(), responses().size()));
  CHECK(whole.size() >= 10);

  for (std::size_t cut = 1; cut < requests().size(); ++cut)
    REQUIRE_MESSAGE(findings_of(cut_at(cut, responses().size())) == whole, "request cut at " << cut);
  for (std::size_t cut = 1; cut < responses().size(); ++cut)
    REQUIRE_MESSAGE(findings_of(cut_at(requests().size(), cut)) == whole, "response cut at " << cut);
}

TEST_CASE("a session's findings survive random segmentation, reordering and duplication") {
  const auto whole = findings_of(cut_at(requests().size(), responses().size()));

  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    TcpScript tcp;
    std::vector<Buffer> packets = tcp.handshake();
    std::vector<Buffer> data;
    for (const bool from_client : {true, false}) {
      const std::string_view stream = from_client ? requests() : responses();
      std::vector<Buffer> side;
      for (std::size_t at = 0; at < stream.size();) {
        const std::size_t size = std::min<std::size_t>(1 + random() % 90, stream.size() - at);
        side.push_back(tcp.at(from_client, static_cast<std::uint32_t>(at), stream.substr(at, size)));
        if (random() % 4 == 0) {  // a retransmission that overlaps with what came before
          const std::size_t back = std::min<std::size_t>(random() % 40, at);
          side.push_back(tcp.at(from_client, static_cast<std::uint32_t>(at - back), stream.substr(at - back, size + back)));
        }
        at += size;
      }
      // Reordered within a window, as networks do.
      for (std::size_t i = 0; i + 1 < side.size(); ++i)
        std::swap(side[i], side[i + random() % std::min<std::size_t>(6, side.size() - i)]);
      data.insert(data.end(), side.begin(), side.end());
    }
    packets.insert(packets.end(), data.begin(), data.end());

    REQUIRE_MESSAGE(findings_of(packets) == whole, "seed " << seed);
  }
}

}  // namespace bulkhead::test
