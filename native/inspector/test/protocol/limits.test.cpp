#include <doctest/doctest.h>

#include <zstd.h>

#include <memory>
#include <vector>

#include "codec/decode_pool.hpp"
#include "protocol/golden_file.hpp"

namespace bulkhead {
namespace {

Dialogue response(const std::string& bytes) {
  return {{Turn::Kind::bytes, Direction::request, "GET / HTTP/1.1\r\n\r\n", 0},
          {Turn::Kind::bytes, Direction::response, bytes, 0}};
}

std::string gzip_response(const std::string& body) {
  const std::string length = std::to_string(body.size());
  return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + length + "\r\n\r\n" + body;
}

bool raised(const Outcome& outcome, const std::string& reason) {
  return outcome.text().find("not-inspected " + reason) != std::string::npos;
}

}  // namespace

TEST_CASE("a bomb is stopped at its budget, and its compressed rest is shown") {
  const std::string bomb = compress(std::string(8 << 20, 'a'), Compression::gzip);
  const DecodeLimits limits{.bytes_per_body = 3 << 20, .ratio = 1'000'000, .max_inflaters = 4};
  const Outcome outcome = play(response(gzip_response(bomb)), whole(), limits);
  CHECK(raised(outcome, "decode_budget"));
  const auto fields = outcome.log.fields();
  REQUIRE(fields.size() == 4);  // two heads, what was decoded, the rest
  CHECK(fields[2].size() == (3 << 20) + 1);
  CHECK(bomb.ends_with(fields[3]));
  CHECK(fields[3].size() > bomb.size() / 2);
  CHECK(play(response(gzip_response(bomb)), at_random(7), limits).log.fields()[2] == fields[2]);
}

TEST_CASE("a ratio no honest text reaches is a bomb once it is past the free part") {
  const std::string bomb = compress(std::string(8 << 20, 'a'), Compression::gzip);
  CHECK(raised(play(response(gzip_response(bomb)), whole(), {.ratio = 500}), "decode_budget"));
  const std::string small = compress(std::string(1 << 19, 'a'), Compression::gzip);
  CHECK_FALSE(raised(play(response(gzip_response(small)), whole(), {.ratio = 500}), "decode_budget"));
}

TEST_CASE("a bomb of Zstandard is stopped like one of gzip") {
  const std::string plain(8 << 20, 'a');
  std::string bomb(ZSTD_compressBound(plain.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), plain.data(), plain.size(), 3));
  const DecodeLimits limits{.bytes_per_body = 3 << 20, .ratio = 1'000'000, .max_inflaters = 4};
  const Outcome outcome = play(response(gzip_response(bomb)), whole(), limits);
  CHECK(raised(outcome, "decode_budget"));
  CHECK(outcome.log.fields()[2].size() == (3 << 20) + 1);
  CHECK(play(response(gzip_response(bomb)), at_random(7), limits).log.fields()[2] == outcome.log.fields()[2]);
  CHECK(raised(play(response(gzip_response(bomb)), whole(), {.ratio = 500}), "decode_budget"));
}

TEST_CASE("a window larger than decoders have to have is refused, and said") {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 24);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string frame(1 << 16, '\0');
  ZSTD_inBuffer in{"card=4111111111111111", 21, 0};
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
  CHECK(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) == 0);
  ZSTD_freeCCtx(context);
  frame.resize(out.pos);
  CHECK(raised(play(response(gzip_response(frame)), whole()), "decode_budget"));
}

TEST_CASE("decompressors with windows share a bounded memory, and give it back") {
  UnpackerMemory memory{.limit = 1 << 20, .used = 0};
  {
    std::vector<std::unique_ptr<Unpacker>> open;
    while (auto unpacker = open.size() % 2 == 0 ? make_brotli_unpacker(memory) : make_zstd_unpacker(memory)) {
      open.push_back(std::move(unpacker));
      REQUIRE(open.size() < 1000);
    }
    CHECK(open.size() > 2);
    CHECK(memory.used <= memory.limit);
  }
  CHECK(memory.used == 0);
}

TEST_CASE("four levels of compression are taken off, a fifth is reported") {
  std::string body = "card=4111111111111111";
  for (int level = 1; level <= 4; ++level) {
    body = compress(body, Compression::gzip);
    CHECK(play(response(gzip_response(body)), whole()).log.contains("card=4111111111111111"));
  }
  const Outcome outcome = play(response(gzip_response(compress(body, Compression::gzip))), whole());
  CHECK(raised(outcome, "depth_limit"));
  CHECK(outcome.log.contains(compress("card=4111111111111111", Compression::gzip)));
}

TEST_CASE("decompressors are counted, given back, and refused beyond the limit") {
  const auto pool = make_decode_pool({.max_inflaters = 2});
  const std::string half = gzip_response(compress(std::string(1000, 'a') + "secret", Compression::gzip)).substr(0, 90);
  const auto feed = [&](Conversation& conversation, EventLog& log) {
    for (const Turn& turn : response(half))
      conversation.feed(turn.direction, {reinterpret_cast<const std::uint8_t*>(turn.bytes.data()), turn.bytes.size()},
                        Origin::in_packet, log);
  };
  EventLog logs[3];
  {
    Conversation first(pool), second(pool), third(pool);
    feed(first, logs[0]);
    feed(second, logs[1]);
    CHECK(pool->open == 2);
    feed(third, logs[2]);
    CHECK(pool->open == 2);
    CHECK(logs[2].text().find("decode_budget") != std::string::npos);
    CHECK(logs[2].contains(half.substr(half.find("\r\n\r\n") + 4)));
    first.end(Direction::response, logs[0]);
    CHECK(pool->open == 1);
  }
  CHECK(pool->open == 0);
}

TEST_CASE("a head without end and lines without end cost nothing but time") {
  std::string head = "HTTP/1.1 200 OK\r\nX: ";
  head += std::string(3 << 20, 'x') + "\r\n";
  for (int i = 0; i < 20000; ++i) head += "Content-Encoding: identity\r\n ,\r\n";
  head += "Content-Length: " + std::string(1 << 20, '0') + "3\r\n\r\n";
  const Outcome outcome = play(response(head + "abcHTTP/1.1 204 No Content\r\n\r\n"), whole());
  const auto fields = outcome.log.fields();
  REQUIRE(fields.size() == 4);
  CHECK(fields[1] == head);
  CHECK(fields[2] == "abc");
}

namespace {

std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
  return out;
}

Outcome fetched(unsigned waiting) {
  Dialogue dialogue;
  for (unsigned i = 0; i < waiting; ++i) {
    const std::string body = number(i == 0 ? 1 : 3, 2) + number(4, 2) + number(i, 4) + number(4, 2) + "shop" + "rest";
    dialogue.push_back({Turn::Kind::bytes, Direction::request, number(body.size(), 4) + body, 0});
  }
  return play(dialogue, whole());
}

std::string label(std::string_view text) { return static_cast<char>(text.size()) + std::string(text); }

/// An answer with so many names of one label, and one of two labels and a pointer to the name number `to` (from 0).
Outcome named(unsigned names, unsigned to, std::string_view first = "41111111") {
  std::string message = number(7, 2) + number(0x8180, 2) + number(1, 2) + number(names + 1, 2) + number(0, 4);
  std::vector<std::size_t> places;
  const auto name = [&](unsigned i) {
    places.push_back(message.size());
    message += label("n" + std::to_string(i)) + label("shop") + label("example") + std::string(1, '\0');
  };
  name(0);
  message += number(1, 2) + number(1, 2);
  for (unsigned i = 1; i <= names; ++i) {
    name(i);
    message += number(1, 2) + number(1, 2) + number(60, 4) + number(4, 2) + "abcd";
  }
  message += label(first) + label("11111111") + number(0xc000 | places[to], 2);
  message += number(1, 2) + number(1, 2) + number(60, 4) + number(4, 2) + "abcd";
  return play({{Turn::Kind::datagram, Direction::response, message, 0}}, whole());
}

}  // namespace

TEST_CASE("a Kafka fetch whose answer is not waited for any longer is said") {
  CHECK(fetched(256).protocol == Protocol::kafka);
  CHECK_FALSE(raised(fetched(256), "count_limit"));
  CHECK(raised(fetched(257), "count_limit"));
}

TEST_CASE("a DNS name that cannot be joined with what it points to is said") {
  CHECK(named(20, 20).protocol == Protocol::dns);
  CHECK(named(20, 20).log.contains("4111111111111111n20"));
  CHECK_FALSE(raised(named(200, 20), "count_limit"));
  CHECK(named(200, 20).log.contains("4111111111111111n20"));
  // The 256th label is the first one of a name.
  CHECK(raised(named(200, 85), "count_limit"));
  CHECK(raised(named(200, 150), "count_limit"));
}

TEST_CASE("a DNS name longer than names can be is said") {
  std::string message = number(7, 2) + number(0x8180, 2) + number(1, 2) + number(1, 2) + number(0, 4);
  message += label("shop") + std::string(1, '\0') + number(1, 2) + number(1, 2);
  for (int i = 0; i < 5; ++i) message += label(std::string(63, 'a'));
  message += std::string(1, '\0') + number(1, 2) + number(1, 2) + number(60, 4) + number(4, 2) + "abcd";
  CHECK(raised(play({{Turn::Kind::datagram, Direction::response, message, 0}}, whole()), "count_limit"));
}

TEST_CASE("the second reading of doubtful framing is bounded, and what is beyond is counted") {
  const std::string chunk(1000, 'z');
  std::string bytes = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) bytes += "3e8\r\n" + chunk + "\r\n";
  const Outcome outcome = play(response(bytes + "0\r\n\r\n"), whole());
  const auto fields = outcome.log.fields();
  REQUIRE(fields.size() == 4);
  CHECK(fields[2].size() == 100'000);
  CHECK(fields[3].size() == 64 * 1024);
  CHECK(raised(outcome, "ambiguous_framing 0"));
  CHECK(raised(outcome, "ambiguous_framing " + std::to_string(100 * 1007 + 5 - 64 * 1024)));
}

}  // namespace bulkhead
