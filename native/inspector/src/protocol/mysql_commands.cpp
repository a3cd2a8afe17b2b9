#include "protocol/mysql_number.hpp"
#include "protocol/mysql_session.hpp"

namespace bulkhead {
namespace {

/// Flags of an execution: its attributes are counted; and of many at once: their types are told.
constexpr std::uint8_t kParametersCounted = 8;
constexpr std::uint16_t kTypesTold = 128;
/// Types that are kept with a statement until it is executed again without them.
constexpr std::size_t kMostTypesKept = BoundColumns::kMostTold;

}  // namespace

Script MySqlSession::commands(Input& in, std::uint32_t length) noexcept {
  bool continues = false;
  for (;;) {
    if (length == kMySqlNoHeader) length = co_await in.le24();
    const std::uint8_t number = co_await in.u8();
    in.enter(length);
    const bool whole = length < kMySqlWholePacket;
    length = kMySqlNoHeader;
    if (continues) {
      co_await in.content(in.left());
    } else if (number != 0) {  // what the server asked for: a file's lines, a further proof
      end_ahead(in);
      in.start(Location::message, clear_password_ ? Role::secret : Role::none);
      co_await in.content(in.left());
    } else {
      command_ = co_await in.u8();
      if (command_ != kLongData) end_ahead(in);
      if (command_ == kQuery || command_ == kPrepare || command_ == kInitDb || command_ == kFieldList) {
        // No statement begins with a zero: a session whose login was not seen sends attributes.
        if (picked_up_ && command_ == kQuery && co_await in.peek() == 0) flags_ |= kMySqlQueryAttributes;
        if (command_ == kQuery && (flags_ & kMySqlQueryAttributes) != 0) {
          const std::uint64_t attributes = co_await in.number(mysql_number_size, mysql_number);
          co_await in.number(mysql_number_size, mysql_number);
          in.start(attributes > 0 && attributes != kMySqlNull ? Location::stream : Location::command);
        } else {
          in.start(Location::command);
        }
        if (command_ == kPrepare) begin_prepare(in);
      } else if (command_ == kExecute || command_ == kBulkExecute) {
        const bool bulk = command_ == kBulkExecute;
        const std::uint32_t id = co_await in.le32();
        const std::uint16_t flags = bulk ? co_await in.le16() : co_await in.u8();
        if (!bulk) co_await in.skip(4);  // how often
        PreparedStatements::Statement* const known = statement(id);
        std::uint64_t count = known == nullptr ? 0 : known->parameters;
        const bool named = !bulk && (flags_ & kMySqlQueryAttributes) != 0;
        if (named && (flags & kParametersCounted) == 0) count = 0;
        if (named && count > 0) count = co_await in.number(mysql_number_size, mysql_number);
        if (count > UINT16_MAX || sent_ahead_lost_) count = 0;
        nulls_.clear();
        types_.clear();
        if (!bulk)
          for (std::uint64_t i = 0; i < (count + 7) / 8 && in.ok(); ++i)
            nulls_.push_back(static_cast<char>(co_await in.u8()));
        const bool told = count > 0 && (bulk ? (flags & kTypesTold) != 0 : co_await in.u8() == 1);
        for (std::uint64_t i = 0; told && i < count && in.ok(); ++i) {
          types_.push_back(static_cast<char>(co_await in.le16()));
          if (!named) continue;
          const std::uint64_t size = co_await in.number(mysql_number_size, mysql_number);
          in.start(Location::name);
          co_await in.content(size);
          in.close();
        }
        if (told && types_.size() <= kMostTypesKept) known->types = types_;
        if (!told && count > 0) types_ = known->types;
        const bool understood = count > 0 && types_.size() == count;
        while (understood && in.ok() && in.left() > 0) {
          for (std::uint32_t i = 0; i < count && in.ok() && in.left() > 0; ++i) {
            if (bulk ? co_await in.u8() != 0 : (nulls_[i / 8] >> (i % 8) & 1) != 0 || sent_ahead(id, i)) continue;
            const MySqlValue value = mysql_value(static_cast<std::uint8_t>(types_[i]));
            in.start(Location::argument, Role::none, known->columns.name(i));
            if (value == MySqlValue::whole8) {
              in.write_number(co_await in.le64());
            } else if (value == MySqlValue::whole4) {
              in.write_number(co_await in.le32());
            } else if (value == MySqlValue::text) {
              const std::uint64_t size = co_await in.number(mysql_number_size, mysql_number);
              co_await in.content(size);
            } else {
              const std::uint8_t dated = value == MySqlValue::dated ? co_await in.u8() : std::uint8_t{0};
              co_await in.content(mysql_value_size(value, dated));
            }
          }
          if (!bulk) break;
        }
        if (!bulk) forget_sent_ahead(id);
        if (types_.capacity() > kMostTypesKept) types_ = nulls_ = std::string();
        if (whole) in.close();
        if (in.left() > 0) in.start(Location::argument);
      } else if (command_ == kLongData) {
        const std::uint32_t id = co_await in.le32();
        const std::uint16_t parameter = co_await in.le16();
        // A value that comes in pieces is one, and only then its field goes on.
        if (!ahead_ || prepared_ || last_ahead_.statement != id || last_ahead_.parameter != parameter) {
          end_ahead(in);
          const PreparedStatements::Statement* const known = statement(id);
          if (known != nullptr) send_ahead(id, parameter);
          in.start(Location::argument, Role::none, known == nullptr ? std::string_view() : known->columns.name(parameter));
          ahead_ = true;
          last_ahead_ = {id, parameter};
        }
      } else if (command_ == kCloseStatement || command_ == kResetStatement) {
        const std::uint32_t id = co_await in.le32();
        PreparedStatements::Statement* const known = statement(id);
        if (known != nullptr) forget_sent_ahead(id);
        if (known != nullptr && command_ == kCloseStatement) statements_.remove(known->name);
        in.start(Location::stream);
      } else if (command_ == kChangeUser) {
        forget_statements();
        in.start(Location::argument, Role::user);
        co_await in.until(0);
        co_await in.u8();
        in.start(Location::argument);
      } else if (command_ > kReset) {
        co_return Next::foreign;
      } else {
        if (command_ == kReset) forget_statements();
        in.start(Location::stream);
      }
      co_await in.content(in.left());
    }
    continues = !whole;
    if (whole) end_prepare(in);
    if (whole && !ahead_) in.close();
    in.leave();
  }
}

}  // namespace bulkhead
