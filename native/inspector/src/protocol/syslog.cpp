#include "protocol/syslog.hpp"

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::uint64_t kLongestMessage = 64 * 1024;  ///< servers take 8 KiB by default

class Syslog final : public Scripted {
 public:
  Syslog() noexcept : Scripted(Protocol::syslog) {}

 private:
  Script client(Input& in) noexcept override {
    for (;;) {
      const std::uint16_t first = co_await in.peek();
      if (first != '<' && is_digit(static_cast<std::uint8_t>(first))) {
        co_await in.word_until(' ', '<');
        const auto size = decimal(in.kept());
        if (!size || *size > kLongestMessage) co_return Next::foreign;
        co_await in.u8();
        in.start(Location::message);
        co_await in.content(*size);
        in.close();
        continue;
      }
      in.start(Location::message);
      co_await in.until('\n', 0);
      in.close();
      co_await in.u8();
    }
  }
  Script server(Input& in) noexcept override {
    in.start(Location::stream);
    co_await in.content(UINT64_MAX);
    co_return Next::more;
  }
};

}  // namespace

Match syslog_client(Bytes first) noexcept {
  // <34> or 123 <34>
  std::size_t at = 0;
  while (at < first.size() && at < 5 && is_digit(first[at])) ++at;
  if (at == first.size()) return Match::maybe;
  if (at > 0 && first[at++] != ' ') return Match::no;
  if (at == first.size()) return Match::maybe;
  if (first[at++] != '<') return Match::no;
  const std::size_t digits = at;
  while (at < first.size() && at < digits + 3 && is_digit(first[at])) ++at;
  if (at == first.size()) return Match::maybe;
  return first[at] == '>' && at > digits ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_syslog(DecodePool&) { return std::make_unique<Syslog>(); }

bool read_syslog(Bytes datagram, Origin origin, const Outlet& out) noexcept {
  constexpr std::size_t kLongestPriority = 3, kLast = 191;
  const std::string_view text = text_of(datagram);
  const std::size_t close = text.substr(0, kLongestPriority + 2).find('>');
  if (!text.starts_with('<') || close == std::string_view::npos) return false;
  const std::optional<std::uint64_t> priority = decimal(text.substr(1, close - 1));
  if (!priority || *priority > kLast) return false;
  out.start(Protocol::syslog, Location::message);
  out.write(datagram, origin);
  out.close();
  return true;
}

}  // namespace bulkhead
