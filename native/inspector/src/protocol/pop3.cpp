#include "protocol/pop3.hpp"

#include "protocol/dotted_text.hpp"
#include "protocol/mime.hpp"
#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

/// What the answers to commands look like, in order; beyond 32 in a row an answer is taken for one line.
class Expected {
 public:
  enum Kind : std::uint8_t { kLine = 0, kLines = 1, kMail = 2, kTls = 3 };
  void push(Kind kind) noexcept {
    if (count_ < 32) kinds_ |= static_cast<std::uint64_t>(kind) << (2 * count_);
    if (count_ < UINT16_MAX) ++count_;
  }
  Kind pop() noexcept {
    if (count_ == 0) return kLine;
    const auto kind = static_cast<Kind>(kinds_ & 3);
    kinds_ >>= 2;
    --count_;
    return kind;
  }

 private:
  std::uint64_t kinds_ = 0;
  std::uint16_t count_ = 0;
};

/// Lines that are no mail.
class PlainLines final : public Consumer {
 public:
  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override { out.write(bytes, origin); }
};

class Pop3 final : public Scripted {
 public:
  Pop3() noexcept : Scripted(Protocol::pop3, true) {}

 private:
  Script client(Input& in) noexcept override {
    for (;;) {
      const std::uint16_t next = co_await in.peek();
      if (tls_asked_ && next == 0x16) co_return Next::reopen;
      if (authenticating_) {
        in.start_base64(Location::argument, Role::secret);
        co_await in.until('\n');
        in.close();
        co_await in.u8();
        continue;
      }
      if (next < 0x20 && next != '\r' && next != '\n') co_return Next::foreign;
      in.start(Location::command);
      co_await in.until(' ', '\n');
      const std::string_view word = in.kept().substr(0, in.kept().find('\r'));
      const bool user = same_word(word, "USER") || same_word(word, "APOP");
      const bool secret = same_word(word, "PASS");
      const bool authenticate = same_word(word, "AUTH");
      const bool argument = co_await in.peek() == ' ';
      const bool lists = same_word(word, "LIST") || same_word(word, "UIDL");
      const bool mail = same_word(word, "RETR") || same_word(word, "TOP");
      tls_asked_ = same_word(word, "STLS");
      const bool preamble = tls_asked_ || word.empty() || same_word(word, "CAPA") || same_word(word, "NOOP") ||
                            same_word(word, "QUIT") || (authenticate && !argument);
      if (!preamble) exposed();
      expected_.push(mail                                                  ? Expected::kMail
                     : tls_asked_                                          ? Expected::kTls
                     : (lists && !argument) || same_word(word, "CAPA") ? Expected::kLines
                                                                           : Expected::kLine);
      if (argument && (user || secret || authenticate)) {
        co_await in.u8();
        in.start(Location::argument, user ? Role::user : secret ? Role::secret : Role::none);
        if (authenticate) {
          co_await in.until(' ', '\n');
          authenticating_ = true;
          if (co_await in.peek() == ' ') {
            co_await in.u8();
            in.start_base64(Location::argument, Role::secret);
          }
        }
      }
      co_await in.until('\r', '\n');
      in.close();
      co_await in.word_until('\n', '\n');
      co_await in.u8();
    }
  }

  Script server(Input& in) noexcept override {
    (void)co_await in.peek();
    bool greeting = true;
    for (;;) {
      in.start(Location::reply);
      co_await in.until('\n');
      in.close();
      const bool good = in.kept().starts_with("+OK");
      const bool goes_on = in.kept().starts_with("+ ") || in.kept() == "+\r" || in.kept() == "+";
      co_await in.u8();
      if (goes_on) continue;
      authenticating_ = false;
      const Expected::Kind kind = greeting ? Expected::kLine : expected_.pop();
      greeting = false;
      if (!good) continue;
      if (kind == Expected::kTls) co_return Next::reopen_both;
      if (kind == Expected::kMail) {
        message_.begin();
        mail_text_.begin();
        co_await in.through_part(mail_text_);
        message_.end(in.out());
      } else if (kind == Expected::kLines) {
        in.start(Location::reply);
        plain_text_.begin();
        co_await in.through_part(plain_text_);
        in.close();
      }
    }
  }

  MimeMessage message_{Protocol::pop3};
  DottedText mail_text_{message_};
  PlainLines lines_;
  DottedText plain_text_{lines_};
  Expected expected_;
  bool authenticating_ = false, tls_asked_ = false;
};

}  // namespace

Match pop3_server(Bytes first) noexcept {
  const Match match = starts_with(first, "+OK");
  if (match != Match::yes) return match;
  if (first.size() < 4) return Match::maybe;
  return first[3] == ' ' || first[3] == '\r' ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_pop3(DecodePool&) { return std::make_unique<Pop3>(); }

}  // namespace bulkhead
