#include "protocol/statsd.hpp"

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

Script walk_lines(Input& in) {
  for (;;) {
    in.start(Location::key);
    co_await in.until(':', '\n');
    in.close();
    in.keep_as_key();
    if (!in.ok()) co_return Next::more;
    if (co_await in.u8() == '\n') continue;
    in.start(Location::value, Role::none, in.key());
    co_await in.until('|', '\n');
    in.close();
    for (;;) {  // the type, the rate, the tags
      if (!in.ok()) co_return Next::more;
      if (co_await in.u8() == '\n') break;
      if (co_await in.peek() != '#') {
        in.start(Location::argument);
        co_await in.until('|', '\n');
        in.close();
        continue;
      }
      std::uint8_t separator = ',';
      co_await in.u8();
      while (separator == ',' && in.ok()) {
        in.start(Location::header);
        co_await in.until(',', '\n');
        in.close();
        if (co_await in.peek() != ',') break;
        separator = co_await in.u8();
      }
    }
  }
}

class Statsd final : public Scripted {
 public:
  Statsd() noexcept : Scripted(Protocol::statsd) {}

 private:
  Script client(Input& in) noexcept override { return walk_lines(in); }
  Script server(Input& in) noexcept override {
    in.start(Location::stream);
    co_await in.content(UINT64_MAX);
    co_return Next::more;
  }
};

bool is_name_character(char c) noexcept {
  return c > ' ' && c < 0x7f && c != ':' && c != '|' && c != '@' && c != '"' && c != '{' && c != '<';
}
bool is_number_character(char c) noexcept {
  return is_digit(static_cast<std::uint8_t>(c)) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/// Whether `text` begins like `name:number|type`.
Match metric(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size() && is_name_character(text[at])) ++at;
  if (at == text.size()) return Match::maybe;
  if (at == 0 || text[at++] != ':') return Match::no;
  const std::size_t number = at;
  while (at < text.size() && is_number_character(text[at])) ++at;
  if (at == text.size()) return Match::maybe;
  if (at == number || text[at++] != '|') return Match::no;
  if (at == text.size()) return Match::maybe;
  for (const std::string_view type : {"c", "g", "ms", "h", "s", "d", "m"}) {
    const std::string_view there = text.substr(at, type.size());
    if (there != type) continue;
    const std::size_t end = at + type.size();
    if (end == text.size() || text[end] == '\n' || text[end] == '|' || text[end] == '\r') return Match::yes;
  }
  return text.substr(at) == "m" ? Match::maybe : Match::no;
}

}  // namespace

Match statsd_client(Bytes first) noexcept {
  // What waits may hold no datum: names of letters, and few digits.
  std::size_t digits = 0;
  for (const std::uint8_t byte : first) digits += is_digit(byte) ? 1 : 0;
  constexpr std::size_t kMostDigits = 6;
  if (!is_alpha(first[0]) || digits > kMostDigits) return Match::no;
  const Match match = metric(text_of(first));
  // "m" may still become "ms", and a type is followed by something.
  const std::uint8_t last = first.back();
  if (match == Match::yes && last != '\n' && last != '|' && last != '\r') return Match::maybe;
  return match;
}

std::unique_ptr<Follower> follow_statsd(DecodePool&) { return std::make_unique<Statsd>(); }

bool read_statsd(Bytes datagram, Origin origin, const Outlet& out) noexcept {
  const std::string_view text = text_of(datagram);
  constexpr std::size_t kLongestName = 512;
  const bool event = text.starts_with("_e{") || text.starts_with("_sc|");
  if (!event && metric(text.substr(0, kLongestName)) != Match::yes) return false;
  InnerScript lines(Protocol::statsd);
  lines.input().enter(datagram.size());
  lines.begin(walk_lines(lines.input()));
  lines.take(datagram, origin, out);
  out.close();
  return true;
}

}  // namespace bulkhead
