#include "protocol/mysql_number.hpp"
#include "protocol/mysql_session.hpp"

namespace bulkhead {

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
      in.start(Location::message, clear_password_ ? Role::secret : Role::none);
      co_await in.content(in.left());
    } else {
      command_ = co_await in.u8();
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

}  // namespace bulkhead
