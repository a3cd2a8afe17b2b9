#include "protocol/imap.hpp"

#include "protocol/mime.hpp"
#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

/// Literals above this are no mail a server takes.
constexpr std::uint64_t kLongestLiteral = 1ULL << 30;

/// What a client may say on its way to encryption.
bool leads_to_encryption(std::string_view command) noexcept {
  for (const std::string_view known : {"CAPABILITY", "STARTTLS", "NOOP", "ID", "LOGOUT"})
    if (same_word(command, known)) return true;
  return false;
}

class Imap final : public Scripted {
 public:
  Imap() noexcept : Scripted(Protocol::imap, true) {}

 private:
  Script client(Input& in) noexcept override { return lines(in, true); }
  Script server(Input& in) noexcept override { return lines(in, false); }

  Script lines(Input& in, bool from_client) noexcept {
    MimeMessage& mail = mails_[from_client ? 0 : 1];
    bool continues = false;  // behind a literal a line goes on
    std::uint8_t logging_in = 0;  // the next argument of LOGIN: 1 the name, 2 the password
    for (;;) {
      const std::uint16_t next = co_await in.peek();
      if (from_client && tls_asked_ && next == 0x16) co_return Next::reopen;
      if (next < 0x20 && next != '\r' && next != '\n' && next != '\t') co_return Next::foreign;
      if (from_client && authenticating_ && !continues) {
        in.start_base64(Location::argument, Role::secret);
        co_await in.until('\r', '\n');
        in.close();
        co_await in.word_until('\n', '\n');
        co_await in.u8();
        continue;
      }
      if (!continues) {
        in.start(from_client ? Location::command : Location::reply);
        co_await in.until(' ', '\n');  // the tag
        if (!from_client && in.kept() == tls_tag_.view()) {
          co_await in.content(4);
          if (tls_asked_ && same_word(in.kept().substr(1), "OK ")) {
            co_await in.until('\n');
            in.close();
            co_await in.u8();
            co_return Next::reopen_both;
          }
          tls_asked_ = false;
        } else if (!from_client && in.kept() != "*" && in.kept() != "+") {
          authenticating_ = false;
        } else if (from_client && co_await in.peek() == ' ') {
          FieldName tag;
          tag.set(in.kept());
          co_await in.content(1);
          co_await in.until(' ', '\n');
          const std::string_view command = in.kept().substr(0, in.kept().find('\r'));
          if (!leads_to_encryption(command)) exposed();
          if (same_word(command, "STARTTLS")) {
            tls_asked_ = true;
            tls_tag_ = tag;
          } else if (same_word(command, "LOGIN")) {
            logging_in = 1;
          } else if (same_word(command, "AUTHENTICATE") && co_await in.peek() == ' ') {
            co_await in.content(1);
            co_await in.until(' ', '\n');
            authenticating_ = true;
            if (co_await in.peek() == ' ') {
              co_await in.u8();
              in.start_base64(Location::argument, Role::secret);
            }
          }
        }
      }
      continues = false;
      while (logging_in > 0 && co_await in.peek() == ' ') {
        co_await in.u8();
        in.start(Location::command);
        if (co_await in.peek() == '{') break;
        in.start(Location::argument, logging_in == 1 ? Role::user : Role::secret);
        if (co_await in.peek() == '"') {
          co_await in.u8();
          co_await in.until('"', '\n');
          if (co_await in.peek() == '"') co_await in.u8();
        } else {
          co_await in.until(' ', '\r');
        }
        in.start(Location::command);
        logging_in = logging_in == 1 ? 2 : 0;
      }
      // The rest of the line; a literal announces itself at its end.
      std::uint64_t literal = 0;
      for (;;) {
        co_await in.until('{', '\n');
        if (co_await in.peek() != '{') break;
        co_await in.content(1);
        co_await in.until('}', '\n');
        const std::string_view number = in.kept().ends_with('+') ? in.kept().substr(0, in.kept().size() - 1) : in.kept();
        const auto size = decimal(number);
        if (co_await in.peek() == '}') co_await in.content(1);
        literal = 0;
        if (!size || *size > kLongestLiteral) continue;
        co_await in.until('\n');
        if (in.kept() == "\r" || in.kept().empty()) literal = *size;
        break;
      }
      in.close();
      co_await in.u8();
      if (literal == 0) {
        logging_in = 0;
        continue;
      }
      continues = true;
      if (logging_in > 0) {
        in.start(Location::argument, logging_in == 1 ? Role::user : Role::secret);
        co_await in.content(literal);
        in.close();
        logging_in = logging_in == 1 ? 2 : 0;
        if (logging_in == 0) in.start(Location::command);
        continue;
      }
      mail.begin();
      co_await in.through(literal, mail);
      mail.end(in.out());
      in.start(from_client ? Location::command : Location::reply);
    }
  }

  MimeMessage mails_[2]{MimeMessage(Protocol::imap), MimeMessage(Protocol::imap)};
  FieldName tls_tag_;
  bool tls_asked_ = false, authenticating_ = false;
};

}  // namespace

Match imap_server(Bytes first) noexcept {
  const Match ok = starts_with(first, "* OK ");
  return ok != Match::no ? ok : starts_with(first, "* PREAUTH ");
}

std::unique_ptr<Follower> follow_imap(DecodePool&) { return std::make_unique<Imap>(); }

}  // namespace bulkhead
