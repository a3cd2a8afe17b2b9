#include <doctest/doctest.h>

#include <random>

#include "protocol/golden_file.hpp"

namespace bulkhead {
namespace {

/// A random HTTP/1 conversation together with the fields it must give.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Dialogue dialogue;
  std::vector<std::string> requests, responses;  ///< fields, per direction
  bool compressed = false;                       ///< some body is not delivered as it came

  void run(bool may_encode) {
    may_encode_ = may_encode;
    const std::size_t exchanges = 1 + below(5);
    for (std::size_t i = 0; i < exchanges && !closed_; ++i) exchange(i + 1 == exchanges);
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  template <typename T>
  const T& pick(const std::vector<T>& from) { return from[below(from.size())]; }

  std::string word() {
    std::string out;
    for (std::size_t i = 1 + below(12); i > 0; --i) out += "abcdefghijklmnop0123456789 =,{}"[below(31)];
    return out;
  }
  std::string text() {
    std::string out;
    for (std::size_t i = below(20); i > 0; --i) out += word() + pick<std::string>({"", "\r\n", "\n", "\t"});
    return out;
  }
  std::string some_fields() {
    std::string out;
    const std::vector<std::string> names{"Host", "Cookie", "Content-Type", "Connection", "Cache-Control", "TE",
                                         "Content-Language", "Trailer", "X-Transfer-Encoding", "C", "T"};
    for (std::size_t i = below(6); i > 0; --i) out += pick(names) + ": " + word() + "\r\n";
    return out;
  }
  std::string chunked(const std::string& body) {
    std::string out;
    char size[32];
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t length = 1 + below(std::min<std::size_t>(body.size() - at, 40));
      std::snprintf(size, sizeof size, pick<std::string>({"%zx", "%zX", "%04zx"}).c_str(), length);
      out += size + pick<std::string>({"", " ", "\t"}) + "\r\n" + body.substr(at, length) + "\r\n";
      at += length;
    }
    return out + "0\r\n";
  }

  void say(Direction direction, const std::string& bytes) {
    if (dialogue.empty() || dialogue.back().direction != direction)
      dialogue.push_back({Turn::Kind::bytes, direction, "", 0});
    dialogue.back().bytes += bytes;
  }

  /// Writes a message and notes its fields. `bodyless`: the receiver knows there is none, whatever the head says.
  void message(Direction direction, const std::string& start, bool bodyless, bool may_close) {
    auto& fields = direction == Direction::request ? requests : responses;
    const std::size_t framing = below(may_close ? 3 : 2);
    std::string content = text();
    if (framing == 2) content = "<" + content;  // never looks like a chunk size
    std::string head = start + "\r\n" + some_fields();
    std::string body = content;
    if (may_encode_ && below(3) == 0) {
      const std::size_t kind = below(3);
      head += kind == 0 ? "Content-Encoding: gzip\r\n" : "Content-Encoding: Deflate\r\n";
      body = compress(content, kind == 0 ? Compression::gzip : Compression::zlib);
      compressed = true;
    }
    std::string trailer;
    if (framing == 0) {
      head += pick<std::string>({"Content-Length: ", "content-length:", "CONTENT-LENGTH:  "});
      head += std::to_string(body.size()) + "\r\n";
    } else if (framing == 1) {
      head += pick<std::string>({"Transfer-Encoding: chunked\r\n", "transfer-encoding:CHUNKED\r\n"});
      if (below(3) == 0) trailer = "X-Sum: " + word() + "\r\n";
      body = chunked(body) + trailer + "\r\n";
      compressed = true;
    }
    head += some_fields() + "\r\n";
    say(direction, head);
    fields.push_back(head);
    if (bodyless) return;
    say(direction, body);
    if (!content.empty()) fields.push_back(content);
    if (!trailer.empty()) fields.push_back(trailer);
    closed_ |= framing == 2;
  }

  void exchange(bool last) {
    const bool head = below(6) == 0;
    const std::string method = head ? "HEAD" : pick<std::string>({"GET", "POST", "PUT", "PROPFIND"});
    message(Direction::request, method + " /" + std::to_string(below(1000)) + " HTTP/1.1", false, false);
    if (below(5) == 0) {
      say(Direction::response, "HTTP/1.1 100 Continue\r\n\r\n");
      responses.push_back("HTTP/1.1 100 Continue\r\n\r\n");
    }
    const std::vector<std::string> statuses{"200 OK", "404 Not Found", "204 No Content", "304 Not Modified", "500"};
    const std::string status = pick(statuses);
    const bool bodyless = head || status.starts_with("204") || status.starts_with("304");
    message(Direction::response, "HTTP/1.1 " + status, bodyless, last && !bodyless);
  }

  std::mt19937_64 random_;
  bool may_encode_ = false;
  bool closed_ = false;
};

std::vector<std::string> fields_of(const Dialogue& dialogue, Direction direction, const Cutter& cutter) {
  EventLog log;
  Conversation conversation(make_decode_pool({}));
  std::size_t turn = 0;
  EventLog other;
  for (const Turn& t : dialogue) {
    for (std::size_t at = 0; at < t.bytes.size();) {
      const std::size_t size = std::min(cutter(turn, at, t.bytes.size() - at), t.bytes.size() - at);
      const Bytes piece{reinterpret_cast<const std::uint8_t*>(t.bytes.data()) + at, size};
      conversation.feed(t.direction, piece, Origin::in_packet, t.direction == direction ? log : other);
      at += size;
    }
    ++turn;
  }
  conversation.end(direction, log);
  CHECK(log.misuse() == "");
  CHECK(log.text().find("not-inspected") == std::string::npos);
  return log.fields();
}

}  // namespace

TEST_CASE("random conversations give their heads, contents and trailers, however they are cut") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    generator.run(true);
    for (const Direction direction : {Direction::request, Direction::response}) {
      const auto& expected = direction == Direction::request ? generator.requests : generator.responses;
      CHECK(fields_of(generator.dialogue, direction, whole()) == expected);
      CHECK(fields_of(generator.dialogue, direction, byte_by_byte()) == expected);
      CHECK(fields_of(generator.dialogue, direction, at_random(seed)) == expected);
    }
  }
}

TEST_CASE("no byte of a plain conversation waits for the next packet") {
  std::size_t plain = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    generator.run(false);
    if (generator.compressed) continue;
    ++plain;
    EventLog log;
    Conversation conversation(make_decode_pool({}));
    std::size_t fed = 0;
    for (const Turn& turn : generator.dialogue)
      for (const char c : turn.bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        conversation.feed(turn.direction, {&byte, 1}, Origin::in_packet, log);
        REQUIRE(log.content_bytes() == ++fed);
      }
  }
  CHECK(plain > 10);
}

TEST_CASE("broken conversations are told alike however they are cut") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    generator.run(true);
    std::mt19937_64 random(seed * 77);
    Dialogue broken = generator.dialogue;
    for (std::size_t hits = 1 + random() % 6; hits > 0; --hits) {
      std::string& bytes = broken[random() % broken.size()].bytes;
      if (bytes.empty()) continue;
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = "\r\n \t:;,0f\x1f\x16\x80"[random() % 12];
          break;
        case 1:
          bytes.erase(at, 1 + random() % 8);
          break;
        case 2:
          bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 20));
          break;
        default: {
          const Turn gap{Turn::Kind::gap, broken[random() % broken.size()].direction, "", 1 + random() % 30};
          broken.insert(broken.begin() + static_cast<std::ptrdiff_t>(random() % broken.size()), gap);
        }
      }
    }
    const Outcome outcome = play(broken, whole());
    CHECK(outcome.log.misuse() == "");
    CHECK(play(broken, byte_by_byte()).text() == outcome.text());
    CHECK(play(broken, at_random(seed)).text() == outcome.text());
  }
}

}  // namespace bulkhead
