#include "protocol/mongodb.hpp"

#include <array>

#include "protocol/text_match.hpp"
#include "protocol/unpacked.hpp"

namespace bulkhead {
namespace {

/// maxMessageSizeBytes of the server.
constexpr std::uint32_t kLongestMessage = 48'000'000;
constexpr std::uint32_t kReply = 1, kQuery = 2004, kCompressed = 2012, kMessage = 2013;
constexpr std::uint8_t kSnappy = 1, kZstd = 3;
/// The server refuses documents nested deeper than 100 to 180.
constexpr std::size_t kDeepest = 64;

/// Lengths of BSON values without a length of their own; 0: they have one, or none.
std::uint64_t fixed_size(std::uint8_t type) noexcept {
  switch (type) {
    case 0x01: case 0x09: case 0x11:
      return 8;
    case 0x07:
      return 12;
    case 0x08:
      return 1;
    case 0x13:
      return 16;
    default:
      return 0;
  }
}

/// The body of one message: what stands in front of its documents, and those.
Script walk_body(Input& in, std::uint32_t operation) {
  struct Level {
    bool array;
    FieldName name;
  };
  std::array<Level, kDeepest> levels;
  bool sequence = false;
  std::uint64_t flags = 0;
  if (operation == kMessage) {
    flags = co_await in.le32();
  } else if (operation == kQuery) {
    co_await in.le32();
    in.start(Location::name);
    co_await in.until(0);
    in.close();
    co_await in.u8();
    co_await in.skip(8);
  } else {
    co_await in.skip(20);
  }
  const std::uint64_t checksum = operation == kMessage && (flags & 1) != 0 ? 4 : 0;
  while (in.left() > checksum && in.ok()) {
    if (operation == kMessage) {
      const std::uint16_t next = co_await in.peek();
      if (!sequence || next < 2) {
        const std::uint8_t kind = co_await in.u8();
        sequence = kind == 1;
        if (kind > 1) break;
        if (sequence) {
          co_await in.le32();
          in.start(Location::name);
          co_await in.until(0);
          in.close();
          co_await in.u8();
        }
      }
    }
    std::size_t depth = 1;
    levels[0] = {false, {}};
    co_await in.le32();  // lengths are not needed: a document ends with its zero
    while (depth > 0 && in.ok()) {
      const std::uint8_t type = co_await in.u8();
      if (!in.ok()) break;
      if (type == 0) {
        --depth;
        continue;
      }
      const Level& level = levels[depth - 1];
      if (level.array) {
        co_await in.word_until(0, 0);
        in.set_key(level.name.view());
      } else {
        in.start(Location::key);
        co_await in.until(0);
        in.close();
        in.keep_as_key();
      }
      co_await in.u8();
      const std::uint64_t fixed = fixed_size(type);
      if (fixed > 0) {
        co_await in.skip(fixed);
      } else if (type == 0x03 || type == 0x04 || type == 0x0f) {
        if (type == 0x0f) {
          co_await in.le32();
          const std::uint32_t size = co_await in.le32();
          in.start(Location::value, Role::none, in.key());
          co_await in.content(size);
          in.close();
        }
        if (depth == kDeepest) {
          in.raise(Exception::depth_limit);
          depth = 0;
          break;
        }
        co_await in.le32();
        levels[depth].array = type == 0x04;
        levels[depth].name.set(in.key());
        ++depth;
      } else if (type == 0x02 || type == 0x0d || type == 0x0e || type == 0x0c) {
        const std::uint32_t size = co_await in.le32();
        in.start(Location::value, Role::none, in.key());
        co_await in.content(size > 0 ? size - 1 : 0);
        in.close();
        if (size > 0) co_await in.u8();
        if (type == 0x0c) co_await in.skip(12);
      } else if (type == 0x05) {
        const std::uint32_t size = co_await in.le32();
        co_await in.u8();
        in.start(Location::value, Role::none, in.key());
        co_await in.content(size);
        in.close();
      } else if (type == 0x0b) {
        for (int i = 0; i < 2; ++i) {
          in.start(Location::value, Role::none, in.key());
          co_await in.until(0);
          in.close();
          co_await in.u8();
        }
      } else if (type == 0x10 || type == 0x12) {
        std::uint64_t number = 0;
        if (type == 0x10) {
          number = co_await in.le32();
        } else {
          number = co_await in.le64();
        }
        in.start(Location::value, Role::none, in.key());
        in.write_number(number);
        in.close();
      } else if (type != 0x06 && type != 0x0a && type != 0x7f && type != 0xff) {
        depth = 0;
        break;
      }
    }
    if (depth != 0 || !in.ok()) break;
  }
  if (in.left() > checksum) {  // nothing of a message is passed over
    in.start(Location::stream);
    co_await in.content(in.left());
    in.close();
  }
  co_await in.skip(in.left());
  co_return Next::more;
}

class MongoDb final : public Scripted {
 public:
  explicit MongoDb(DecodePool& pool) noexcept : Scripted(Protocol::mongodb), pool_(pool) {}

 private:
  Script client(Input& in) noexcept override { return messages(in, bodies_[0]); }
  Script server(Input& in) noexcept override { return messages(in, bodies_[1]); }

  Script messages(Input& in, std::unique_ptr<InnerScript>& body) noexcept {
    for (;;) {
      const std::uint32_t length = co_await in.le32();
      co_await in.skip(8);
      std::uint32_t operation = co_await in.le32();
      if (length < 16 || length > kLongestMessage) co_return Next::foreign;
      if (operation != kMessage && operation != kCompressed && operation != kQuery && operation != kReply &&
          (operation < 2001 || operation > 2011))
        co_return Next::foreign;
      in.enter(length - 16);
      std::uint8_t compressor = 0;
      std::uint64_t size = length - 16;
      if (operation == kCompressed) {
        operation = co_await in.le32();
        size = co_await in.le32();
        compressor = co_await in.u8();
      }
      const bool known = operation == kMessage || operation == kQuery || operation == kReply;
      if (!known || compressor > 3) {
        if (compressor != 0) in.raise(Exception::unsupported_encoding, in.left());
        in.start(Location::stream);
        co_await in.content(in.left());
        in.close();
      } else {
        body = std::make_unique<InnerScript>(Protocol::mongodb);
        body->begin(walk_body(body->input(), operation));
        body->input().enter(size);
        if (compressor == 0) {
          co_await in.through(in.left(), *body);
        } else {
          Unpacked unpacked(pool_, *body);
          unpacked.begin(compressor == kSnappy ? Packing::snappy : compressor == kZstd ? Packing::zstd : Packing::by_magic);
          co_await in.through(in.left(), unpacked);
          unpacked.finish(in.out());
        }
        in.close();
      }
      in.leave();
    }
  }

  DecodePool& pool_;
  std::unique_ptr<InnerScript> bodies_[2];
};

}  // namespace

Match mongodb_client(Bytes first) noexcept {
  if (first.size() > 3 && first[3] > 2) return Match::no;
  for (std::size_t i = 8; i < first.size() && i < 12; ++i)
    if (first[i] != 0) return Match::no;  // a request answers nothing
  if (first.size() > 12 && first[12] != 0xdd && first[12] != 0xdc && first[12] != 0xd4) return Match::no;
  if (first.size() > 13 && first[13] != 7) return Match::no;
  if (first.size() < 16) return Match::maybe;
  const std::uint32_t length = first[0] | first[1] << 8 | first[2] << 16 | first[3] << 24;
  return first[14] == 0 && first[15] == 0 && length >= 26 && length <= kLongestMessage ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_mongodb(DecodePool& pool) { return std::make_unique<MongoDb>(pool); }

}  // namespace bulkhead
