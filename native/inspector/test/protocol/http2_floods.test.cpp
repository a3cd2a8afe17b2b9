#include <doctest/doctest.h>

#include "protocol/golden_file.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kPing = 6, kContinuation = 9;
constexpr std::uint8_t kEndHeaders = 4;

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
  std::string out;
  for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(stream >> shift);
  return out + payload;
}

/// A header as a literal that enters no table (RFC 7541, 6.2.2). Both parts are shorter than 127 bytes.
std::string literal(const std::string& name, const std::string& value) {
  return '\0' + std::string(1, static_cast<char>(name.size())) + name + static_cast<char>(value.size()) + value;
}

const std::string kOpening = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(kSettings, 0, 0, "");
const std::string kPost = literal(":method", "POST") + literal(":path", "/pay");
const std::string kCard = R"({"cardNumber":"4111111111111111"})";

/// A request with a card, as the last thing of a session.
std::string order(std::uint32_t stream) {
  return frame(kHeaders, kEndHeaders, stream, kPost) + frame(kData, 1, stream, kCard);
}

Outcome played(const std::string& bytes) {
  return play({{Turn::Kind::bytes, Direction::request, bytes, 0}}, at_random(3));
}

}  // namespace

TEST_CASE("a card behind a flood of CONTINUATION frames is content like any other") {
  std::string flood = kOpening + frame(kHeaders, 0, 1, literal(":method", "GET"));
  for (int i = 0; i < 20'000; ++i) flood += frame(kContinuation, 0, 1, literal("x", "y"));
  const Outcome outcome = played(flood + frame(kContinuation, kEndHeaders, 1, "") + order(3));
  CHECK(outcome.text().find("not-inspected decode_error") != std::string::npos);
  CHECK(outcome.log.contains(kCard));
}

TEST_CASE("a card behind a hundred thousand streams, each reset at once, is content like any other") {
  std::string flood = kOpening;
  for (std::uint32_t stream = 1; stream < 200'000; stream += 2)
    flood += frame(kHeaders, kEndHeaders, stream, kPost) + frame(kReset, 0, stream, std::string(4, '\0'));
  CHECK(played(flood + order(200'001)).log.contains(kCard));
}

TEST_CASE("bodies of more streams than are followed are content, and none hides another") {
  std::string many = kOpening;
  for (std::uint32_t stream = 1; stream < 4'000; stream += 2) {
    many += frame(kHeaders, kEndHeaders, stream, kPost + literal("content-encoding", "gzip"));
    many += frame(kData, 0, stream, "\x1f\x8b");  // begins, and never goes on
  }
  CHECK(played(many + order(4'001)).log.contains(kCard));
}

TEST_CASE("a header list that grows without end is given up, and what follows it is read") {
  // One large entry of the dynamic table, then references to it (RFC 7541, 6.1: index 62).
  const std::string entry = std::string("\x40\x01x\x7e", 4) + std::string(126, 'a');
  const std::string bomb = entry + std::string(16'000, static_cast<char>(0x80 | 62));
  const Outcome outcome = played(kOpening + frame(kHeaders, kEndHeaders, 1, bomb) + order(3));
  CHECK(outcome.text().find("not-inspected decode_error") != std::string::npos);
  CHECK(outcome.log.content_bytes() < (1 << 20));
  CHECK(outcome.log.contains(kCard));
}

TEST_CASE("frames that carry nothing cost nothing but time") {
  std::string flood = kOpening + frame(kHeaders, kEndHeaders, 1, kPost);
  for (int i = 0; i < 50'000; ++i) {
    flood += frame(kData, 0, 1, "") + frame(kPing, 0, 0, std::string(8, 'p')) + frame(kSettings, 1, 0, "");
  }
  CHECK(played(flood + order(3)).log.contains(kCard));
}

}  // namespace bulkhead
