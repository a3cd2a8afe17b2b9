#include "protocol/cassandra.hpp"

#include "protocol/column_table.hpp"
#include "protocol/text_match.hpp"
#include "protocol/unpacked.hpp"

namespace bulkhead {
namespace {

constexpr std::uint32_t kLongestFrame = 256U << 20;  ///< native_protocol_v4.spec 1
enum Operation : std::uint8_t {
  kError = 0, kStartup = 1, kOptions = 5, kQuery = 7, kResult = 8, kPrepare = 9, kExecute = 10, kBatch = 13,
  kAuthResponse = 15, kLastOperation = 16,
};
constexpr std::uint32_t kRows = 2, kGlobalTable = 1, kMorePages = 2, kNoMetadata = 4;
constexpr std::uint16_t kList = 0x20, kMap = 0x21, kSet = 0x22, kUdt = 0x30, kTuple = 0x31, kCustom = 0;

Packing packing_of(std::string_view name) noexcept {
  return same_word(name, "lz4") ? Packing::sized_lz4 : same_word(name, "snappy") ? Packing::snappy : Packing::by_magic;
}

class Cassandra final : public Scripted {
 public:
  explicit Cassandra(DecodePool& pool) noexcept : Scripted(Protocol::cassandra), pool_(pool) {}

 private:
  Script client(Input& in) noexcept override { return frames(in, false); }
  Script server(Input& in) noexcept override { return frames(in, true); }

  Script frames(Input& in, bool response) noexcept {
    for (;;) {
      const std::uint8_t version = co_await in.u8();
      const std::uint8_t flags = co_await in.u8();
      co_await in.u16();
      const std::uint8_t operation = co_await in.u8();
      const std::uint32_t length = co_await in.u32();
      if ((version & 0x80) != (response ? 0x80 : 0) || (version & 0x7f) < 3 || (version & 0x7f) > 5)
        co_return Next::foreign;
      if (operation > kLastOperation || length > kLongestFrame) co_return Next::foreign;
      in.enter(length);
      const bool packed = (flags & 1) != 0 && length > 0;
      if (packed && packing_ == Packing::by_magic) {
        in.raise(Exception::unsupported_encoding, length);
        in.start(response ? Location::reply : Location::argument);
        co_await in.content(length);
      } else {
        InnerScript inner(Protocol::cassandra);
        inner.begin(body(inner.input(), operation, response));
        if (packed) {
          Unpacked unpacked(pool_, inner);
          unpacked.begin(packing_);
          co_await in.through(length, unpacked);
          unpacked.finish(in.out());
        } else {
          inner.input().enter(length);
          co_await in.through(length, inner);
        }
      }
      in.close();
      in.leave();
    }
  }

  /// What one frame holds.
  Script body(Input& in, std::uint8_t operation, bool response) noexcept {
    if (operation == kStartup) {
      std::uint32_t options = co_await in.u16();
      for (; options > 0 && in.ok(); --options) {
        const std::uint16_t name = co_await in.u16();
        in.start(Location::key);
        co_await in.content(name);
        in.close();
        in.keep_as_key();
        const std::uint16_t size = co_await in.u16();
        in.start(Location::argument, Role::none, in.key());
        co_await in.content(size);
        in.close();
        if (same_word(in.key(), "COMPRESSION")) packing_ = packing_of(in.kept());
      }
    } else if (operation == kQuery || operation == kPrepare) {
      const std::uint32_t size = co_await in.u32();
      in.start(Location::command);
      co_await in.content(size);
    } else if (operation == kExecute) {
      const std::uint16_t id = co_await in.u16();
      co_await in.skip(id);
    } else if (operation == kAuthResponse) {
      const std::uint32_t size = co_await in.u32();
      in.start(Location::argument, Role::secret);
      co_await in.content(size);
    } else if (operation == kResult) {
      const std::uint32_t kind = co_await in.u32();
      if (kind == kRows) {
        const std::uint32_t metadata = co_await in.u32();
        const std::uint32_t count = co_await in.u32();
        if ((metadata & kMorePages) != 0) {
          const std::uint32_t state = co_await in.u32();
          co_await in.skip(state);
        }
        bool flat = true;
        if ((metadata & kNoMetadata) == 0) {
          columns_.clear();
          const int names = (metadata & kGlobalTable) != 0 ? 2 : 0;
          for (int i = 0; i < names; ++i) {
            const std::uint16_t size = co_await in.u16();
            co_await in.skip(size);
          }
          for (std::uint32_t i = 0; i < count && in.ok() && flat; ++i) {
            for (int part = names; part < 2; ++part) {
              const std::uint16_t size = co_await in.u16();
              co_await in.skip(size);
            }
            const std::uint16_t size = co_await in.u16();
            in.start(Location::key);
            co_await in.content(size);
            in.close();
            in.keep_as_key();
            const std::uint16_t type = co_await in.u16();
            std::uint32_t types = type == kMap ? 2 : type == kList || type == kSet ? 1 : 0;
            flat = type != kUdt && type != kTuple && type != kCustom;
            for (; types > 0 && in.ok() && flat; --types) {
              const std::uint16_t inner = co_await in.u16();
              flat = inner < kList && inner != kCustom;
            }
            columns_.add(in.key(), type);
          }
        }
        if (flat) {
          const std::uint32_t rows = co_await in.u32();
          for (std::uint64_t i = 0; i < std::uint64_t{rows} * count && in.left() > 0 && in.ok(); ++i) {
            const std::uint32_t size = co_await in.u32();
            if (size >= 0x80000000U || !in.ok()) continue;  // null
            const std::size_t column = static_cast<std::size_t>(i % count);
            constexpr std::uint32_t kBigint = 2, kVarint = 14;
            in.start(Location::column, Role::none, columns_.name(column));
            const std::uint32_t type = columns_.type(column);
            if (size == 8 && (type == kBigint || type == kVarint)) {
              in.write_number(co_await in.u64());
            } else {
              co_await in.content(size);
            }
          }
        }
      }
    }
    in.close();
    if (in.left() > 0) {
      in.start(response ? Location::reply : Location::argument);
      co_await in.content(in.left());
      in.close();
    }
    co_await in.skip(in.left());
    co_return Next::more;
  }

  DecodePool& pool_;
  ColumnTable columns_;
  Packing packing_ = Packing::by_magic;  ///< as STARTUP asked for
};

}  // namespace

Match cassandra_client(Bytes first) noexcept {
  // A session begins with OPTIONS or STARTUP: 04 00 00 00 01 00 00 00 16.
  if (first[0] < 3 || first[0] > 5) return Match::no;
  if (first.size() > 1 && first[1] > 0x1f) return Match::no;
  if (first.size() > 4 && first[4] != kStartup && first[4] != kOptions) return Match::no;
  if (first.size() > 5 && first[5] != 0) return Match::no;
  if (first.size() > 6 && first[6] != 0) return Match::no;
  return first.size() < 9 ? Match::maybe : Match::yes;
}

std::unique_ptr<Follower> follow_cassandra(DecodePool& pool) { return std::make_unique<Cassandra>(pool); }

}  // namespace bulkhead
