#include "protocol/http2.hpp"

#include "protocol/http2_streams.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum Frame : std::uint8_t { kData, kHeaders, kPriority, kReset, kSettings, kPush, kPing, kGoAway, kWindow, kContinuation };
constexpr std::uint8_t kEndStream = 1, kEndHeaders = 4, kPadded = 8, kPrioritized = 0x20;
constexpr std::uint32_t kStreamMask = 0x7fffffff;
/// A block of 256 KiB takes 16 frames; a flood of small or empty ones is VU#421644.
constexpr std::uint32_t kMostContinuations = 64;

class Http2 final : public Scripted {
 public:
  explicit Http2(DecodePool& pool) noexcept : Scripted(Protocol::http2), sides_{Side(pool), Side(pool)} {}

 private:
  /// A header block on its way to the decompressor.
  struct Block final : Consumer {
    explicit Block(Hpack& decoder) noexcept : hpack(decoder) {}
    void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override {
      hpack.feed(bytes, origin, false, location, out);
    }
    bool lose(std::uint64_t) noexcept override { return true; }
    Hpack& hpack;
    Location location = Location::head;
  };
  struct Side {
    explicit Side(DecodePool& pool) noexcept : streams(pool), block(hpack) {}
    Hpack hpack;
    Http2Streams streams;
    Block block;
  };

  Script client(Input& in) noexcept override { return frames(in, Direction::request); }
  Script server(Input& in) noexcept override { return frames(in, Direction::response); }

  Script frames(Input& in, Direction direction) noexcept {
    Side& side = sides_[index_of(direction)];
    Side& peer = sides_[index_of(opposite(direction))];
    std::uint32_t continuations = 0, block_stream = 0;
    bool in_block = false, block_ends_stream = false, first = direction == Direction::request;
    for (;;) {
      if (first && co_await in.peek() == 'P') {
        co_await in.word(kPreface.size());
        if (in.kept() != kPreface) co_return Next::foreign;
      }
      first = false;
      const std::uint32_t length = co_await in.u24();
      const std::uint8_t type = co_await in.u8();
      const std::uint8_t flags = co_await in.u8();
      const std::uint32_t stream = co_await in.u32();
      const std::uint32_t id = stream & kStreamMask;
      const bool of_stream = type == kData || type == kHeaders || type == kContinuation || type == kPush;
      if (of_stream && id == 0) co_return Next::foreign;
      in.enter(length);
      in.out().field.set_exchange(id);
      std::uint64_t padding = 0;
      if ((flags & kPadded) != 0 && (type == kData || type == kHeaders || type == kPush)) {
        padding = co_await in.u8();
        if (padding > in.left()) in.raise(Exception::parser_error);
        if (padding > in.left()) padding = 0;
      }
      if (in_block && type != kContinuation) {  // a block is one sequence: nothing may come in between
        side.hpack.lose(Exception::decode_error, in.out());
        in_block = false;
      } else if (type == kContinuation && !in_block) {  // of no block (RFC 9113 6.10)
        side.streams.interrupt(in.out());
        side.hpack.begin_block(in.out());
        side.hpack.lose(Exception::decode_error, in.out());
      }
      if (type == kHeaders || type == kPush) {
        if (type == kHeaders && (flags & kPrioritized) != 0) co_await in.skip(5);
        if (type == kPush) co_await in.u32();
        side.streams.interrupt(in.out());
        in_block = true;
        block_stream = id;
        block_ends_stream = type == kHeaders && (flags & kEndStream) != 0;
        continuations = 0;
        side.hpack.begin_block(in.out());
        side.block.location = side.streams.has(id) ? Location::trailer : Location::head;
      }
      if (type == kContinuation && ++continuations > kMostContinuations)
        side.hpack.lose(Exception::decode_budget, in.out());
      if (type == kHeaders || type == kPush || type == kContinuation) {
        co_await in.through(in.left() > padding ? in.left() - padding : 0, side.block);
        if ((flags & kEndHeaders) != 0 && in_block) {
          side.hpack.feed({}, Origin::decoded, true, side.block.location, in.out());
          if (side.hpack.message().grpc) rename(Protocol::grpc);
          if (block_ends_stream) {
            side.streams.end(block_stream, in.out());
          } else if (type != kPush) {
            side.streams.begin(block_stream, side.hpack.message(), in.out());
          }
          in_block = false;
        }
      } else if (type == kData) {
        const std::uint64_t size = in.left() > padding ? in.left() - padding : 0;
        if (size > 0) co_await in.through(size, side.streams.body(id, in.out()));
        if ((flags & kEndStream) != 0) side.streams.end(id, in.out());
      } else if (type == kReset) {
        side.streams.end(id, in.out());
      } else if (type == kSettings && (flags & 1) == 0) {
        while (in.left() >= 6) {
          const std::uint16_t name = co_await in.u16();
          const std::uint32_t value = co_await in.u32();
          if (name != 1) continue;
          if (value > Hpack::kLargestTable) in.raise(Exception::memory_cap);
          peer.hpack.allow_table(value);
        }
      } else if (type > kContinuation || (type == kGoAway && in.left() > 8)) {
        side.streams.interrupt(in.out());
        in.start(Location::stream);
        co_await in.content(in.left());
        in.close();
      }
      co_await in.skip(in.left());
      in.leave();
    }
  }

  Side sides_[2];
};

/// A frame that may begin what is seen of a connection: SETTINGS of the connection, or HEADERS of a stream.
Match begins_with_frame(Bytes first) noexcept {
  constexpr std::uint8_t kHeaderFlags = kEndStream | kEndHeaders | kPadded | kPrioritized;
  if (first[0] != 0) return Match::no;
  if (first.size() > 1 && first[1] > 0x40) return Match::no;
  if (first.size() > 3 && first[3] != kSettings && first[3] != kHeaders) return Match::no;
  if (first.size() < 5) return Match::maybe;
  const bool settings = first[3] == kSettings;
  Reader reader(first);
  const std::uint32_t length = reader.u24();
  if (settings && (length % 6 != 0 || length > 120 || first[4] > 1)) return Match::no;
  if (!settings && ((first[4] & ~kHeaderFlags) != 0 || (first[4] & kEndHeaders) == 0)) return Match::no;
  if (first.size() < 9) return first.size() > 5 && first[5] >= 0x80 ? Match::no : Match::maybe;
  reader.take(2);
  const std::uint32_t stream = reader.u32();
  return settings ? (stream == 0 ? Match::yes : Match::no) : (stream % 2 == 1 ? Match::yes : Match::no);
}

}  // namespace

Match http2_client(Bytes first) noexcept {
  if (first[0] == 'P') return starts_with(first, "PRI * HTTP/2.0\r\n\r\nSM");
  return begins_with_frame(first);
}

Match http2_server(Bytes first) noexcept { return begins_with_frame(first); }

std::unique_ptr<Follower> follow_http2(DecodePool& pool) { return std::make_unique<Http2>(pool); }

}  // namespace bulkhead
