#include "protocol/postgresql.hpp"

#include "protocol/characters.hpp"
#include "protocol/column_table.hpp"
#include "protocol/copy_data.hpp"
#include "protocol/postgresql_startup.hpp"
#include "protocol/prepared_statements.hpp"
#include "protocol/scripted.hpp"
#include "protocol/statement_reader.hpp"

namespace bulkhead {
namespace {

constexpr std::uint32_t kCleartextPassword = 3;
/// The most a message may have: 1 GiB less one.
constexpr std::uint32_t kLongestMessage = (1U << 30) - 1;
constexpr std::uint32_t kInt8 = 20, kInt2 = 21, kInt4 = 23;

/// How a parameter's type is kept with its statement.
enum class Bound : char { unknown, int8, int4, other };

Bound bound_as(std::uint32_t type) noexcept {
  return type == 0 ? Bound::unknown : type == kInt8 ? Bound::int8 : type == kInt4 ? Bound::int4 : Bound::other;
}

bool is_whole_number(std::uint32_t type) noexcept { return type == kInt8 || type == kInt4 || type == kInt2; }

/// Types of messages, so that something else is noticed soon.
bool is_client_type(std::uint8_t type) noexcept {
  return std::string_view("QPBEDCSHXpdcfF").find(static_cast<char>(type)) != std::string_view::npos;
}
bool is_server_type(std::uint8_t type) noexcept {
  return std::string_view("RSKTDCENAdtGHWIZcnsv123V").find(static_cast<char>(type)) != std::string_view::npos;
}

/// No text begins with a byte below, but for blanks, of which no text of four or eight bytes is worth a look.
constexpr std::uint16_t kFirstOfText = 0x20;
class PostgreSql final : public Scripted {
 public:
  explicit PostgreSql(bool started) noexcept : Scripted(Protocol::postgresql, !started), started_(started) {}

 private:
  Script client(Input& in) noexcept override {
    while (!started_) {  // encryption may be asked for, and refused, before the real startup
      if (encryption_asked_ && co_await in.peek() == 0x16) co_return Next::reopen;
      const std::uint32_t length = co_await in.u32();
      if (length < 8 || length > kPostgresLongestStartup) co_return Next::foreign;
      in.enter(length - 4);
      const std::uint32_t code = co_await in.u32();
      if (code == kPostgresSsl || code == kPostgresGssEncryption) {
        encryption_asked_ = true;
        in.leave();
        continue;
      }
      if (code != kPostgresCancel && code >> 16 != 3) co_return Next::foreign;
      if (code != kPostgresCancel) exposed();
      while (code != kPostgresCancel && in.left() > 1) {
        co_await in.word_until(0, 0);
        in.keep_as_key();
        co_await in.u8();
        in.start(Location::argument, in.key() == "user" ? Role::user : Role::none, in.key());
        co_await in.until(0);
        co_await in.u8();
      }
      in.close();
      co_await in.skip(in.left());
      in.leave();
      started_ = code != kPostgresCancel;
    }
    for (;;) {
      const std::uint8_t type = co_await in.u8();
      if (!is_client_type(type)) co_return Next::foreign;
      const std::uint32_t length = co_await in.u32();
      if (length < 4 || length > kLongestMessage) co_return Next::foreign;
      in.enter(length - 4);
      if (type != 'd' && type != 'H' && type != 'S') copy_.end(in.out());
      if (type != 'd' && !copy_.begun()) in.close();
      if (type == 'Q') {
        read_along(in, StatementReader::Whole::no);
        in.start(Location::command);
        co_await in.until(0);
        read(in);
        co_await in.u8();
      } else if (type == 'P') {
        in.start(Location::name);
        co_await in.until(0);
        preparing_.assign(in.kept());
        co_await in.u8();
        read_along(in, StatementReader::Whole::yes);
        in.start(Location::command);
        co_await in.until(0);
        in.close();
        read(in);
        co_await in.u8();
        types_.clear();
        const std::uint16_t typed = co_await in.u16();
        for (std::uint32_t i = 0; i < typed && i < BoundColumns::kMostTold && in.ok(); ++i)
          types_.push_back(static_cast<char>(bound_as(co_await in.u32())));
        prepared();
        co_await in.skip(in.left());
      } else if (type == 'B') {
        in.start(Location::name);  // of the portal
        co_await in.until(0);
        co_await in.u8();
        in.start(Location::name);
        co_await in.until(0);
        in.close();
        const PreparedStatements::Statement* const statement = statements_.find(in.kept());
        co_await in.u8();
        const std::uint16_t formats = co_await in.u16();
        formats_.clear();
        for (std::uint32_t i = 0; i < formats && in.ok(); ++i) {
          const std::uint16_t format = co_await in.u16();
          if (i < BoundColumns::kMostTold) formats_.push_back(format == 1);
        }
        const std::uint16_t count = co_await in.u16();
        for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
          const std::uint32_t size = co_await in.u32();
          if (size == UINT32_MAX || !in.ok()) continue;  // NULL
          in.start(Location::argument, Role::none, statement == nullptr ? std::string_view() : statement->columns.name(i));
          const Bound bound = statement != nullptr && i < statement->types.size()
                                  ? static_cast<Bound>(statement->types[i]) : Bound::unknown;
          const bool whole8 = size == 8 && (bound == Bound::int8 || bound == Bound::unknown);
          const bool whole4 = size == 4 && (bound == Bound::int4 || bound == Bound::unknown);
          const bool may_be_whole = (whole8 || whole4) && binary(formats, i);
          // A number that could be one of something begins with a byte that no text does.
          const std::uint16_t first = may_be_whole ? co_await in.peek() : kFirstOfText;
          if (first >= kFirstOfText) {
            co_await in.content(size);
          } else if (whole8) {
            in.write_number(co_await in.u64());
          } else {
            in.write_number(co_await in.u32());
          }
        }
        in.close();
        co_await in.skip(in.ok() ? in.left() : 0);  // result formats
      } else if (type == 'C') {
        const bool of_statement = co_await in.u8() == 'S';
        in.start(Location::name);
        co_await in.until(0);
        if (of_statement) statements_.remove(in.kept());
        co_await in.u8();
      } else if (type == 'p') {
        in.start(Location::argument, authentication_ == kCleartextPassword ? Role::secret : Role::none);
        co_await in.until(0);
        co_await in.u8();
      } else if (type == 'd') {
        if (copy_in_) copy_.begin(statement_->copy());
        copy_in_ = false;
        if (copy_.begun()) {
          co_await in.through(in.left(), copy_);
        } else {
          if (!copying_[0]) in.start(Location::message);
          co_await in.content(in.left());
        }
      }
      copying_[0] = type == 'd';
      if (in.left() > 0 && type != 'd') {
        copy_.end(in.out());
        in.start(Location::stream);
        co_await in.content(in.left());
      }
      if (type != 'd' && !copy_.begun()) in.close();
      in.leave();
    }
  }

  Script server(Input& in) noexcept override {
    for (;;) {
      const std::uint8_t type = co_await in.u8();
      if (encryption_asked_) {
        encryption_asked_ = false;
        if (type == 'S' || type == 'G') co_return Next::reopen_both;
        if (type == 'N') continue;
      }
      if (!is_server_type(type)) co_return Next::foreign;
      const std::uint32_t length = co_await in.u32();
      if (length < 4 || length > kLongestMessage) co_return Next::foreign;
      in.enter(length - 4);
      if (type != 'd') in.close();
      if (type == 'R') {
        authentication_ = co_await in.u32();
        co_await in.skip(in.left());
      } else if (type == 'S') {
        co_await in.word_until(0, 0);
        in.keep_as_key();
        co_await in.u8();
        in.start(Location::reply, Role::none, in.key());
        co_await in.until(0);
        co_await in.u8();
      } else if (type == 'T') {
        columns_.clear();
        const std::uint16_t count = co_await in.u16();
        for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
          in.start(Location::key);
          co_await in.until(0);
          in.keep_as_key();
          in.close();
          co_await in.u8();
          co_await in.skip(6);
          const std::uint32_t oid = co_await in.u32();
          co_await in.skip(8);
          columns_.add(in.key(), oid);
        }
      } else if (type == 'D') {
        const std::uint16_t count = co_await in.u16();
        const bool named = count == columns_.size();
        for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
          const std::uint32_t size = co_await in.u32();
          if (size == UINT32_MAX || !in.ok()) continue;  // NULL
          in.start(Location::column, Role::none, named ? columns_.name(i) : std::string_view());
          const bool may_be_binary = named && is_whole_number(columns_.type(i)) && (size == 2 || size == 4 || size == 8);
          const std::uint16_t first = may_be_binary ? co_await in.peek() : std::uint16_t{'0'};
          if (is_digit(static_cast<std::uint8_t>(first)) || first == '-' || first > 255) {
            co_await in.content(size);
          } else if (size == 8) {
            in.write_number(co_await in.u64());
          } else if (size == 4) {
            in.write_number(co_await in.u32());
          } else {
            in.write_number(co_await in.u16());
          }
        }
      } else if (type == 'E' || type == 'N') {
        while (in.left() > 1) {
          co_await in.u8();
          in.start(Location::reply);
          co_await in.until(0);
          co_await in.u8();
        }
        in.close();
        co_await in.skip(in.left());
      } else if (type == 'A') {
        co_await in.u32();
        in.start(Location::topic);
        co_await in.until(0);
        co_await in.u8();
        in.start(Location::message);
        co_await in.until(0);
        co_await in.u8();
      } else if (type == 'C') {
        in.start(Location::reply);
        co_await in.until(0);
        co_await in.u8();
      } else if (type == 'd') {
        if (!copying_[1]) in.start(Location::message);
        co_await in.content(in.left());
      } else if (type == 'G') {
        const bool binary = co_await in.u8() != 0;
        const std::uint16_t count = co_await in.u16();
        co_await in.skip(in.left());
        copy_in_ = statement_ && statement_->copy().known() && statement_->copy().count() == count &&
                   (statement_->copy().format() == CopyStatement::Format::binary) == binary;
      } else if (type == 'K' || type == 't' || type == 'H' || type == 'W' ||
                 type == 'Z') {
        co_await in.skip(in.left());  // keys, types, formats, a state: no text
      }
      copying_[1] = type == 'd';
      if (in.left() > 0 && type != 'd') {
        in.start(Location::stream);
        co_await in.content(in.left());
      }
      if (type != 'd') in.close();
      in.leave();
    }
  }

  void read_along(Input& in, StatementReader::Whole whole) noexcept {
    if (!statement_) statement_ = std::make_unique<StatementReader>(SqlDialect::postgresql);
    statement_->begin(whole);
    copy_in_ = false;
    in.listen(statement_.get());
  }
  void read(Input& in) noexcept {
    in.listen(nullptr);
    statement_->finish();
    if (statement_->forgets()) statements_.clear();
  }
  /// The statement that has no name gives way to the next one; a name is taken until it is closed.
  void prepared() noexcept {
    const auto count = static_cast<std::uint16_t>(types_.size());
    if (preparing_.empty()) {
      statements_.replace(preparing_, statement_->columns(), types_, count);
    } else {
      statements_.put(preparing_, statement_->columns(), types_, count);
    }
  }
  /// One format is that of all.
  [[nodiscard]] bool binary(std::uint16_t formats, std::size_t i) const noexcept {
    if (formats == 1) return !formats_.empty() && formats_[0];
    return i < formats_.size() && formats_[i];
  }

  ColumnTable columns_;
  std::unique_ptr<StatementReader> statement_;  ///< that of the message being read
  CopyData copy_;
  PreparedStatements statements_;
  std::string preparing_, types_;
  std::vector<bool> formats_;
  std::uint32_t authentication_ = 0;
  bool started_;
  bool encryption_asked_ = false;
  bool copying_[2] = {};
  bool copy_in_ = false;  ///< the server takes the data that the last statement speaks of
};

}  // namespace

std::unique_ptr<Follower> follow_postgresql(DecodePool&) { return std::make_unique<PostgreSql>(false); }

std::unique_ptr<Follower> follow_postgresql_statements(DecodePool&) { return std::make_unique<PostgreSql>(true); }

}  // namespace bulkhead
