#include <cstring>

#include "protocol/mysql_number.hpp"
#include "protocol/mysql_session.hpp"

namespace bulkhead {
namespace {

constexpr std::uint16_t kMoreResults = 8;
constexpr std::uint64_t kMostColumns = 4096;  // the server's own limit
/// Null bits of a binary row that are kept; a row of more columns is not taken apart.
constexpr std::size_t kNullBytes = Input::kKept;

}  // namespace

Script MySqlSession::results(Input& in) noexcept {
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
      continues = length == kMySqlWholePacket;
      if (!continues) in.close();
      in.leave();
      continue;
    }
    if (number == 1 && !more_follow) expect = Expect::answer;  // each answer counts anew
    more_follow = false;
    const std::uint16_t first = length == 0 ? std::uint16_t{256} : co_await in.peek();
    if (picked_up_ && expect == Expect::definitions && definitions == 0 && !prepared && (first != 0xfe || length >= 9)) {
      flags_ |= kMySqlNoEofPackets;  // a row where the definitions' end would stand
      expect = Expect::rows;
    }
    const bool ends = first == 0xfe && (length < 9 || ((flags_ & kMySqlNoEofPackets) != 0 && length < kMySqlWholePacket));
    if (first == 0xff || (expect == Expect::answer && first == 0xfb)) {
      if (expect == Expect::answer && command_ == kPrepare) prepare_refused();
      in.start(first == 0xff ? Location::reply : Location::name);
      co_await in.u8();
      co_await in.content(in.left());
      expect = Expect::answer;
    } else if (expect == Expect::answer && first == 0 && command_ == kPrepare) {
      co_await in.u8();
      const std::uint32_t id = co_await in.le32();
      const std::uint16_t columns = co_await in.le16();
      const std::uint16_t bound = co_await in.le16();
      parameters = bound;
      if (in.ok()) prepare_answered(id, bound);
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
        if (length < 9 && (flags_ & kMySqlNoEofPackets) == 0) {
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
      if (definitions == 0 && !prepared && (flags_ & kMySqlNoEofPackets) != 0) expect = Expect::rows;
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
          } else {
            const std::uint8_t dated = value == MySqlValue::dated ? co_await in.u8() : std::uint8_t{0};
            co_await in.skip(mysql_value_size(value, dated));
          }
        }
      }
    } else {
      for (std::size_t i = 0; in.left() > 0 && in.ok() && length < kMySqlWholePacket; ++i) {
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
    continues = length == kMySqlWholePacket;
    if (!continues) in.close();
    in.leave();
  }
}

}  // namespace bulkhead
