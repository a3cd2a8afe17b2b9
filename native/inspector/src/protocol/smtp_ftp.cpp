#include "protocol/smtp_ftp.hpp"

#include "protocol/dotted_text.hpp"
#include "protocol/ftp_announce.hpp"
#include "protocol/mime.hpp"
#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

bool is_ftp_command(std::string_view word) noexcept {
  for (const std::string_view command : {"USER", "PASS", "ACCT", "FEAT", "SYST", "PORT", "PASV", "EPRT", "EPSV", "TYPE",
                                         "CWD", "PWD", "LIST", "NLST", "MLSD", "RETR", "STOR", "APPE", "STOU", "PBSZ", "PROT", "OPTS"})
    if (same_word(word, command)) return true;
  return false;
}

/// What a client may say on its way to encryption: who it is, what the server can do, that it wants it.
bool leads_to_encryption(std::string_view word) noexcept {
  for (const std::string_view command : {"EHLO", "HELO", "LHLO", "STARTTLS", "NOOP", "RSET", "HELP", "QUIT", "FEAT", "SYST",
                                         "CLNT", "OPTS", "HOST", "PBSZ", "PROT", ""})
    if (same_word(word, command)) return true;
  return false;
}

class SmtpFtp final : public Scripted {
 public:
  SmtpFtp() noexcept : Scripted(Protocol::smtp, true) {}

 private:
  Script client(Input& in) noexcept override {
    bool first_answer = false;
    for (;;) {
      const std::uint16_t next = co_await in.peek();
      if (tls_asked_ && next == 0x16) co_return Next::reopen;
      if (mail_) {
        mail_ = false;
        message_.begin();
        text_.begin();
        co_await in.through_part(text_);
        message_.end(in.out());
        continue;
      }
      if (authenticating_) {  // a line of the exchange, in base64
        const bool user = first_answer && login_mechanism_;
        first_answer = false;
        in.start_base64(Location::argument, user ? Role::user : Role::secret);
        co_await in.until('\r', '\n');
        in.close();
        co_await in.word_until('\n', '\n');
        co_await in.u8();
        continue;
      }
      if (next < 0x20 && next != '\r' && next != '\n' && next != 0x0d) co_return Next::foreign;
      in.start(Location::command);
      co_await in.until(' ', '\n');
      const std::string_view word = in.kept().substr(0, in.kept().find('\r'));
      if (is_ftp_command(word)) rename(Protocol::ftp);
      const bool ftp = protocol() == Protocol::ftp;
      FieldName verb;
      verb.set(word);
      const bool user = ftp && same_word(word, "USER");
      const bool secret = ftp && (same_word(word, "PASS") || same_word(word, "ACCT"));
      const bool authenticate = same_word(word, "AUTH");
      const bool chunk = !ftp && same_word(word, "BDAT");
      if (!authenticate && !leads_to_encryption(word)) exposed();
      if (same_word(word, "STARTTLS")) tls_asked_ = true;
      const std::uint16_t after = co_await in.peek();
      if (after == ' ' && (user || secret)) {
        co_await in.u8();
        in.start(Location::argument, user ? Role::user : Role::secret);
        co_await in.until('\r', '\n');
        in.close();
        co_await in.word_until('\n', '\n');
      } else if (after == ' ' && authenticate) {
        co_await in.u8();
        in.start(Location::argument);
        co_await in.until(' ', '\n');
        const std::string_view mechanism = in.kept().substr(0, in.kept().find('\r'));
        if (same_word(mechanism, "TLS") || same_word(mechanism, "SSL") || same_word(mechanism, "TLS-C")) {
          tls_asked_ = true;
          rename(Protocol::ftp);
        } else {
          exposed();
          authenticating_ = first_answer = true;
          login_mechanism_ = same_word(mechanism, "LOGIN");
        }
        if (co_await in.peek() == ' ') {
          co_await in.u8();
          in.start_base64(Location::argument, login_mechanism_ ? Role::user : Role::secret);
          first_answer = false;
          co_await in.until('\r', '\n');
        }
        in.close();
        co_await in.word_until('\n', '\n');
      } else if (after == ' ' && chunk) {
        co_await in.u8();
        in.start(Location::argument);
        co_await in.until(' ', '\n');
        const auto size = decimal(in.kept().substr(0, in.kept().find('\r')));
        co_await in.until('\n');
        const bool last = in.kept().find("LAST") != std::string_view::npos || in.kept().find("last") != std::string_view::npos;
        in.close();
        co_await in.u8();
        if (!size) co_return Next::foreign;
        if (chunking_) in.start(Location::part);
        if (!chunking_) message_.begin();
        co_await in.through(*size, message_);
        chunking_ = !last;
        if (last) message_.end(in.out());
        continue;
      } else {
        co_await in.until('\n');
        if (ftp)
          if (const auto announced = ftp_command_announces(verb.view(), in.kept())) in.out().sink.announced(*announced);
      }
      in.close();
      co_await in.u8();
    }
  }

  Script server(Input& in) noexcept override {
    for (;;) {
      // A reply's line: three digits, a mark, text.
      in.start(Location::reply);
      co_await in.until('\n');
      in.close();
      const std::string_view line = in.kept();
      const bool code = line.size() >= 3 && is_digit(static_cast<std::uint8_t>(line[0])) &&
                        is_digit(static_cast<std::uint8_t>(line[1])) && is_digit(static_cast<std::uint8_t>(line[2]));
      const bool last = line.size() < 4 || line[3] != '-';
      const std::uint16_t number = code ? static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 +
                                                                     (line[2] - '0'))
                                        : std::uint16_t{0};
      if (protocol() == Protocol::ftp)
        if (const auto announced = ftp_reply_announces(number, line)) in.out().sink.announced(*announced);
      co_await in.u8();
      if (!code || !last) continue;
      if (number == 354) mail_ = true;
      if (number != 334) authenticating_ = false;
      if (tls_asked_ && greeted_ && (number == 220 || number == 234)) co_return Next::reopen_both;
      if (number >= 400) tls_asked_ = false;
      greeted_ = true;
    }
  }

  MimeMessage message_{Protocol::smtp};
  DottedText text_{message_};
  bool mail_ = false, authenticating_ = false, login_mechanism_ = false, tls_asked_ = false, chunking_ = false;
  bool greeted_ = false;
};

}  // namespace

Match smtp_client(Bytes first) noexcept {
  Match best = Match::no;
  for (const std::string_view verb : {"EHLO ", "HELO ", "LHLO "}) {
    const Match match = starts_with(first, verb);
    if (match == Match::yes) return match;
    if (match == Match::maybe) best = match;
  }
  return best;
}

Match smtp_ftp_server(Bytes first) noexcept {
  for (std::size_t i = 0; i < first.size() && i < 3; ++i)
    if (first[i] != "220"[i]) return Match::no;
  if (first.size() < 4) return Match::maybe;
  return first[3] == ' ' || first[3] == '-' ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_smtp_ftp(DecodePool&) { return std::make_unique<SmtpFtp>(); }

}  // namespace bulkhead
