#include "protocol/mysql.hpp"

#include "protocol/mysql_number.hpp"
#include "protocol/mysql_session.hpp"
#include "protocol/sql_opening.hpp"
#include "protocol/unpacked.hpp"

namespace bulkhead {
namespace {

constexpr std::uint32_t kConnectWithDb = 0x8, kCompress = 0x20, kProtocol41 = 0x200, kSsl = 0x800, kSecure = 0x8000,
                        kPluginAuth = 0x80000, kLenencAuth = 0x200000,
                        kZstd = 0x4000000;

class MySql final : public MySqlSession {
 public:
  explicit MySql(DecodePool& pool) noexcept
      : MySqlSession(false), unpacked_{Unpacked(pool, inner_[0]), Unpacked(pool, inner_[1])} {}

 private:
  enum class Phase : std::uint8_t { login, commands };

  Script client(Input& in) noexcept override {
    // Login: in clear, whatever follows.
    std::uint32_t length = co_await in.le24();
    co_await in.u8();
    if (length < 32 || length == kMySqlWholePacket) co_return Next::foreign;
    in.enter(length);
    flags_ = co_await in.le32();
    if ((flags_ & kProtocol41) == 0) co_return Next::foreign;
    co_await in.skip(28);
    if ((flags_ & kSsl) != 0 && in.left() == 0) co_return Next::reopen_both;
    exposed();
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
      length = kMySqlNoHeader;
    }
    inner_[0].begin(commands(inner_[0].input(), compressed() ? kMySqlNoHeader : length));
    if (!compressed()) {
      co_await in.through(UINT64_MAX, inner_[0]);
      co_return Next::foreign;
    }
    for (;;) {
      if (length == kMySqlNoHeader) length = co_await in.le24();
      co_await in.u8();
      const std::uint32_t plain = co_await in.le24();
      if (plain > 0) unpacked_[0].begin();
      co_await in.through(length, plain > 0 ? static_cast<Consumer&>(unpacked_[0]) : inner_[0]);
      if (plain > 0) unpacked_[0].finish(in.out());
      length = kMySqlNoHeader;
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
    if (version != 10 || length == kMySqlWholePacket) co_return Next::foreign;
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

  [[nodiscard]] bool compressed() const noexcept { return (flags_ & (kCompress | kZstd)) != 0; }

  InnerScript inner_[2]{InnerScript(Protocol::mysql), InnerScript(Protocol::mysql)};
  Unpacked unpacked_[2];
  Phase phase_ = Phase::login;
};

/// A session that was logged in before it was seen.
class MySqlPickedUp final : public MySqlSession {
 public:
  MySqlPickedUp() noexcept : MySqlSession(true) {}

 private:
  Script client(Input& in) noexcept override { return commands(in, kMySqlNoHeader); }
  Script server(Input& in) noexcept override { return results(in); }
};

/// Upper byte of the length: statements of 1 MiB.
constexpr std::uint8_t kLargestStatement = 0x10;

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

Match mysql_statement(Bytes first) noexcept {
  if (first.size() > 2 && first[2] > kLargestStatement) return Match::no;
  if (first.size() > 3 && first[3] != 0) return Match::no;
  if (first.size() < 5) return Match::maybe;
  // 01 00 00 00 0e: a pool asks whether the server is there before it lends a session.
  if (first[4] == MySqlSession::kPing || first[4] == MySqlSession::kReset)
    return first[0] == 1 && first[1] == 0 && first[2] == 0 ? Match::yes : Match::no;
  if (first.size() < 6) return Match::maybe;
  const Bytes rest = first.subspan(5);
  if (first[4] == MySqlSession::kPrepare) return begins_sql(rest);
  if (first[4] == MySqlSession::kQuery) {
    if (rest[0] != 0) return begins_sql(rest);
    // No attributes, in one set.
    if (rest.size() < 2) return Match::maybe;
    return rest[1] == 1 ? begins_sql(rest.subspan(2)) : Match::no;
  }
  if (first[4] != MySqlSession::kExecute) return Match::no;
  // Number of the statement, no cursor, executed once.
  constexpr std::uint8_t kOnce[] = {0, 1, 0, 0, 0};
  for (std::size_t i = 0; i < std::size(kOnce) && i + 4 < rest.size(); ++i)
    if (rest[i + 4] != kOnce[i]) return Match::no;
  return rest.size() < 4 + std::size(kOnce) ? Match::maybe : Match::yes;
}

std::unique_ptr<Follower> follow_mysql_statements(DecodePool&) { return std::make_unique<MySqlPickedUp>(); }

}  // namespace bulkhead
