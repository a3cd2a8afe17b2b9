#include "protocol/mysql.hpp"

#include <cstring>

#include "protocol/column_table.hpp"
#include "protocol/mysql_number.hpp"
#include "protocol/text_match.hpp"
#include "protocol/unpacked.hpp"

namespace bulkhead {
namespace {

constexpr std::uint32_t kConnectWithDb = 0x8, kCompress = 0x20, kProtocol41 = 0x200, kSsl = 0x800, kSecure = 0x8000,
                        kPluginAuth = 0x80000, kLenencAuth = 0x200000, kNoEofPackets = 0x1000000,
                        kZstd = 0x4000000, kQueryAttributes = 0x8000000;
constexpr std::uint32_t kWholePacket = 0xffffff;  ///< a packet of this size goes on in the next one
constexpr std::uint8_t kInitDb = 2, kQuery = 3, kFieldList = 4, kStatistics = 9, kChangeUser = 0x11,
                       kPrepare = 0x16, kExecute = 0x17, kLongData = 0x18;
constexpr std::uint16_t kMoreResults = 8;
/// Null bits of a binary row that are kept; a row of more columns is not taken apart.
constexpr std::size_t kNullBytes = Input::kKept;

class MySql final : public Scripted {
 public:
  explicit MySql(DecodePool& pool) noexcept
      : Scripted(Protocol::mysql), unpacked_{Unpacked(pool, inner_[0]), Unpacked(pool, inner_[1])} {}

 private:
  enum class Phase : std::uint8_t { login, commands };

  Script client(Input& in) noexcept override {
    // Login: in clear, whatever follows.
    std::uint32_t length = co_await in.le24();
    co_await in.u8();
    if (length < 32 || length == kWholePacket) co_return Next::foreign;
    in.enter(length);
    flags_ = co_await in.le32();
    if ((flags_ & kProtocol41) == 0) co_return Next::foreign;
    co_await in.skip(28);
    if ((flags_ & kSsl) != 0 && in.left() == 0) co_return Next::reopen_both;
    in.start(Location::argument, Role::user);
    co_await in.until(0);
    co_await in.u8();
    in.start(Location::argument);
    if ((flags_ & kLenencAuth) != 0) {
      const std::uint64_t size = co_await in.number(mysql_number_size, mysql_number);
      co_await in.content(size);
    } else if ((flags_ & kSecure) != 0) {
      const std::uint8_t size = co_await in.u8();
      co_await in.content(size);
    } else {
      co_await in.until(0);
      co_await in.u8();
    }
    if ((flags_ & kConnectWithDb) != 0) {
      in.start(Location::name);
      co_await in.until(0);
      co_await in.u8();
    }
    if ((flags_ & kPluginAuth) != 0) {
      co_await in.word_until(0, 0);
      clear_password_ = in.kept() == "mysql_clear_password";
      co_await in.u8();
    }
    in.start(Location::argument);
    co_await in.content(in.left());
    in.close();
    in.leave();
    while (phase_ == Phase::login) {  // what an authentication plug-in goes on to ask for
      length = co_await in.le24();
      if (phase_ != Phase::login) break;
      co_await in.u8();
      in.enter(length);
      in.start(Location::argument, clear_password_ ? Role::secret : Role::none);
      co_await in.until(0);
      in.close();
      co_await in.skip(in.left());
      in.leave();
      length = kNoHeader;
    }
    inner_[0].begin(commands(inner_[0].input(), compressed() ? kNoHeader : length));
    if (!compressed()) {
      co_await in.through(UINT64_MAX, inner_[0]);
      co_return Next::foreign;
    }
    for (;;) {
      if (length == kNoHeader) length = co_await in.le24();
      co_await in.u8();
      const std::uint32_t plain = co_await in.le24();
      if (plain > 0) unpacked_[0].begin();
      co_await in.through(length, plain > 0 ? static_cast<Consumer&>(unpacked_[0]) : inner_[0]);
      if (plain > 0) unpacked_[0].finish(in.out());
      length = kNoHeader;
    }
  }

  Script server(Input& in) noexcept override {
    std::uint32_t length = co_await in.le24();
    co_await in.u8();
    in.enter(length);
    const std::uint8_t version = co_await in.u8();
    if (version == 0xff) {  // a refusal
      in.start(Location::reply);
      co_await in.content(in.left());
      in.close();
      in.leave();
      co_return Next::foreign;
    }
    if (version != 10 || length == kWholePacket) co_return Next::foreign;
    in.start(Location::reply);
    co_await in.until(0);
    in.close();
    co_await in.skip(in.left());
    in.leave();
    while (phase_ == Phase::login) {
      length = co_await in.le24();
      co_await in.u8();
      in.enter(length);
      const std::uint8_t status = co_await in.u8();
      if (status == 0xfe) {
        co_await in.word_until(0, 0);
        clear_password_ = in.kept() == "mysql_clear_password";
      } else if (status == 0) {
        phase_ = Phase::commands;
      } else if (status == 0xff) {
        in.start(Location::reply);
        co_await in.content(in.left());
        in.close();
      }
      co_await in.skip(in.left());
      in.leave();
    }
    inner_[1].begin(results(inner_[1].input()));
    if (!compressed()) {
      co_await in.through(UINT64_MAX, inner_[1]);
      co_return Next::foreign;
    }
    for (;;) {
      length = co_await in.le24();
      co_await in.u8();
      const std::uint32_t plain = co_await in.le24();
      if (plain > 0) unpacked_[1].begin();
      co_await in.through(length, plain > 0 ? static_cast<Consumer&>(unpacked_[1]) : inner_[1]);
      if (plain > 0) unpacked_[1].finish(in.out());
    }
  }

  /// `length`: of the first packet, where its header has been read up to its number.
  Script commands(Input& in, std::uint32_t length) noexcept {
    bool continues = false;
    for (;;) {
      if (length == kNoHeader) length = co_await in.le24();
      const std::uint8_t number = co_await in.u8();
      in.enter(length);
      const bool whole = length < kWholePacket;
      length = kNoHeader;
      if (continues) {
        co_await in.content(in.left());
      } else if (number != 0) {  // what the server asked for: a file's lines, a further proof
        in.start(Location::message, clear_password_ ? Role::secret : Role::none);
        co_await in.content(in.left());
      } else {
        command_ = co_await in.u8();
        if (command_ == kQuery || command_ == kPrepare || command_ == kInitDb || command_ == kFieldList) {
          if (command_ == kQuery && (flags_ & kQueryAttributes) != 0) {
            const std::uint64_t attributes = co_await in.number(mysql_number_size, mysql_number);
            co_await in.number(mysql_number_size, mysql_number);
            in.start(attributes > 0 && attributes != kMySqlNull ? Location::stream : Location::command);
          } else {
            in.start(Location::command);
          }
        } else if (command_ == kExecute) {
          co_await in.skip(9);
          in.start(Location::argument);
        } else if (command_ == kLongData) {
          co_await in.skip(6);
          in.start(Location::argument);
        } else if (command_ == kChangeUser) {
          in.start(Location::argument, Role::user);
          co_await in.until(0);
          co_await in.u8();
          in.start(Location::argument);
        } else if (command_ > 0x1f && command_ != 0xfa) {
          co_return Next::foreign;
        } else {
          in.start(Location::stream);
        }
        co_await in.content(in.left());
      }
      continues = !whole;
      if (whole) in.close();
      in.leave();
    }
  }

  Script results(Input& in) noexcept {
    enum class Expect : std::uint8_t { answer, definitions, rows };
    Expect expect = Expect::answer;
    std::uint64_t definitions = 0;  // still to come, and
    std::uint64_t parameters = 0;   // how many of them are parameters of a statement
    bool more_follow = false, prepared = false, continues = false;
    for (;;) {
      const std::uint32_t length = co_await in.le24();
      const std::uint8_t number = co_await in.u8();
      in.enter(length);
      if (continues) {
        co_await in.content(in.left());
        continues = length == kWholePacket;
        if (!continues) in.close();
        in.leave();
        continue;
      }
      if (number == 1 && !more_follow) expect = Expect::answer;  // each answer counts anew
      more_follow = false;
      const std::uint16_t first = length == 0 ? std::uint16_t{256} : co_await in.peek();
      const bool ends = first == 0xfe && (length < 9 || ((flags_ & kNoEofPackets) != 0 && length < kWholePacket));
      if (first == 0xff || (expect == Expect::answer && first == 0xfb)) {
        in.start(first == 0xff ? Location::reply : Location::name);
        co_await in.u8();
        co_await in.content(in.left());
        expect = Expect::answer;
      } else if (expect == Expect::answer && first == 0 && command_ == kPrepare) {
        co_await in.u8();
        co_await in.skip(4);
        const std::uint16_t columns = co_await in.le16();
        parameters = co_await in.le16();
        co_await in.skip(in.left());
        definitions = columns + parameters;
        prepared = true;
        columns_.clear();
        if (definitions > 0) expect = Expect::definitions;
      } else if (expect == Expect::answer && (first == 0 || ends || command_ == kStatistics)) {
        in.start(Location::reply);
        co_await in.content(in.left());
      } else if (expect == Expect::answer) {
        prepared = false;
        columns_.clear();
        definitions = UINT64_MAX;
        if (command_ != kFieldList) {
          definitions = co_await in.number(mysql_number_size, mysql_number);
          expect = Expect::definitions;
          if (definitions == 0 || definitions > kMostColumns) co_return Next::foreign;
        } else {
          in.start(Location::reply);
          co_await in.content(in.left());
        }
      } else if (ends) {
        if (expect == Expect::rows) {
          co_await in.u8();
          std::uint16_t status = 0;
          if (length < 9 && (flags_ & kNoEofPackets) == 0) {
            co_await in.skip(2);
            status = co_await in.le16();
          } else {
            co_await in.number(mysql_number_size, mysql_number);
            co_await in.number(mysql_number_size, mysql_number);
            status = co_await in.le16();
          }
          more_follow = (status & kMoreResults) != 0;
          expect = Expect::answer;
        } else if (definitions == 0 && !prepared) {
          expect = Expect::rows;
        }
        if (length < 9) co_await in.skip(in.left());
      } else if (expect == Expect::definitions && definitions > 0) {
        --definitions;
        in.close();
        for (int i = 0; i < 4; ++i) {  // catalogue, schema, table and its first name
          const std::uint64_t size = co_await in.number(mysql_number_size, mysql_number);
          co_await in.skip(size);
        }
        const std::uint64_t size = co_await in.number(mysql_number_size, mysql_number);
        in.start(Location::key);
        co_await in.content(size);
        in.keep_as_key();
        in.close();
        const std::uint64_t original = co_await in.number(mysql_number_size, mysql_number);
        co_await in.skip(original);
        co_await in.skip(7);
        const std::uint8_t type = co_await in.u8();
        co_await in.skip(in.left());
        if (parameters > 0) {
          --parameters;
        } else {
          columns_.add(in.key(), type);
        }
        if (definitions == 0 && !prepared && (flags_ & kNoEofPackets) != 0) expect = Expect::rows;
      } else if (command_ == kExecute) {
        co_await in.u8();
        std::uint8_t nulls[kNullBytes] = {};
        const std::size_t null_bytes = (columns_.size() + 9) / 8;
        if (null_bytes <= kNullBytes) {
          co_await in.word(null_bytes);
          std::memcpy(nulls, in.kept().data(), in.kept().size());
          for (std::size_t i = 0; i < columns_.size() && in.ok() && in.left() > 0; ++i) {
            if ((nulls[(i + 2) / 8] >> ((i + 2) % 8) & 1) != 0) continue;
            const MySqlValue value = mysql_value(static_cast<std::uint8_t>(columns_.type(i)));
            in.start(Location::column, Role::none, columns_.name(i));
            if (value == MySqlValue::whole8) {
              in.write_number(co_await in.le64());
            } else if (value == MySqlValue::whole4) {
              in.write_number(co_await in.le32());
            } else if (value == MySqlValue::text) {
              const std::uint64_t size = co_await in.number(mysql_number_size, mysql_number);
              co_await in.content(size);
            } else if (value == MySqlValue::dated) {
              const std::uint8_t size = co_await in.u8();
              co_await in.skip(size);
            } else {
              co_await in.skip(value == MySqlValue::skip8 ? 8 : value == MySqlValue::skip4 ? 4
                                                            : value == MySqlValue::skip2   ? 2
                                                            : value == MySqlValue::skip1   ? 1
                                                                                           : 0);
            }
          }
        }
      } else {
        for (std::size_t i = 0; in.left() > 0 && in.ok() && length < kWholePacket; ++i) {
          const std::uint64_t size = co_await in.number(mysql_number_size, mysql_number);
          if (size == kMySqlNull) continue;
          in.start(Location::column, Role::none, columns_.name(i));
          co_await in.content(size);
        }
      }
      if (in.left() > 0) {
        in.start(Location::stream);
        co_await in.content(in.left());
      }
      continues = length == kWholePacket;
      if (!continues) in.close();
      in.leave();
    }
  }

  [[nodiscard]] bool compressed() const noexcept { return (flags_ & (kCompress | kZstd)) != 0; }

  static constexpr std::uint32_t kNoHeader = UINT32_MAX;
  static constexpr std::uint64_t kMostColumns = 4096;  ///< the server's own limit
  InnerScript inner_[2]{InnerScript(Protocol::mysql), InnerScript(Protocol::mysql)};
  Unpacked unpacked_[2];
  ColumnTable columns_;
  std::uint32_t flags_ = 0;
  std::uint8_t command_ = 0;
  Phase phase_ = Phase::login;
  bool clear_password_ = false;
};

}  // namespace

Match mysql_server(Bytes first) noexcept {
  // 4a 00 00 00 0a '8': a greeting of some 70 bytes, number 0, protocol 10, a version that begins with a digit.
  constexpr std::uint8_t kShortest = 40;
  if (first[0] < kShortest) return Match::no;
  for (std::size_t i = 1; i < first.size() && i < 4; ++i)
    if (first[i] != 0) return Match::no;
  if (first.size() > 4 && first[4] != 10) return Match::no;
  if (first.size() < 6) return Match::maybe;
  return is_digit(first[5]) ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_mysql(DecodePool& pool) { return std::make_unique<MySql>(pool); }

}  // namespace bulkhead
