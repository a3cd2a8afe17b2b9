#include <doctest/doctest.h>

#include <string>

#include "protocol/conversation.hpp"

namespace bulkhead {
namespace {

/// Notes whether content that claims to be the packet's own is.
class PlaceSink final : public ContentSink {
 public:
  explicit PlaceSink(Bytes packet) : packet_(packet) {}
  void begin(Direction, const Field&) noexcept override {}
  void content(Direction, Bytes bytes, Origin origin) noexcept override {
    const std::uint8_t* const packet_end = packet_.data() + packet_.size();
    const bool inside = bytes.data() >= packet_.data() && bytes.data() + bytes.size() <= packet_end;
    if (origin == Origin::in_packet && inside) in_place += bytes.size();
    if (origin == Origin::in_packet && !inside) stray += bytes.size();
    if (origin == Origin::decoded) copied += bytes.size();
  }
  void end(Direction) noexcept override {}
  void not_inspected(Direction, Exception, std::uint64_t) noexcept override {}
  std::size_t in_place = 0, stray = 0, copied = 0;

 private:
  Bytes packet_;
};

Bytes bytes_of(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

}  // namespace

TEST_CASE("heads, plain bodies, chunks and trailers are given in place, so that they can be masked") {
  const std::string request =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n"
      "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
  PlaceSink sink(bytes_of(request));
  Conversation conversation(make_decode_pool({}));
  conversation.feed(Direction::request, bytes_of(request), Origin::in_packet, sink);
  CHECK(sink.stray == 0);
  CHECK(sink.copied == 0);
  CHECK(sink.in_place == request.size() - std::string("5\r\n\r\n0\r\n\r\n").size());
}

TEST_CASE("a body that claims an encoding it has not is given in place too") {
  const std::string request =
      "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 22\r\n\r\nssn=078-05-1120&a=b&c=";
  PlaceSink sink(bytes_of(request));
  Conversation conversation(make_decode_pool({}));
  conversation.feed(Direction::request, bytes_of(request), Origin::in_packet, sink);
  CHECK(sink.stray == 0);
  CHECK(sink.copied == 0);
  CHECK(sink.in_place == request.size());
}

TEST_CASE("what came as a copy stays a copy") {
  const std::string request = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
  PlaceSink sink(bytes_of(request));
  Conversation conversation(make_decode_pool({}));
  conversation.feed(Direction::request, bytes_of(request), Origin::decoded, sink);
  CHECK(sink.in_place == 0);
  CHECK(sink.copied == request.size());
}

}  // namespace bulkhead
