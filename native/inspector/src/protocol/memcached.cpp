#include "protocol/memcached.hpp"

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::uint64_t kLongestItem = 1ULL << 30;  ///< the most `-I` allows
constexpr std::uint8_t kRequest = 0x80, kResponse = 0x81, kSaslAuth = 0x21, kSaslStep = 0x22;

bool stores(std::string_view verb) noexcept {
  for (const std::string_view one : {"set", "add", "replace", "append", "prepend", "cas", "ms"})
    if (verb == one) return true;
  return false;
}

class Memcached final : public Scripted {
 public:
  Memcached() noexcept : Scripted(Protocol::memcached) {}

 private:
  Script client(Input& in) noexcept override { return exchange(in, true); }
  Script server(Input& in) noexcept override { return exchange(in, false); }

  static Script exchange(Input& in, bool from_client) noexcept {
    for (;;) {
      const std::uint16_t first = co_await in.peek();
      if (first == kRequest || first == kResponse) {
        co_await in.u8();
        const std::uint8_t operation = co_await in.u8();
        const std::uint16_t key = co_await in.u16();
        const std::uint8_t extras = co_await in.u8();
        co_await in.skip(3);
        const std::uint32_t total = co_await in.u32();
        co_await in.skip(12);
        if (total > kLongestItem || std::uint32_t{key} + extras > total) co_return Next::foreign;
        in.enter(total);
        co_await in.skip(extras);
        in.start(Location::key);
        co_await in.content(key);
        in.close();
        in.keep_as_key();
        const bool secret = operation == kSaslAuth || operation == kSaslStep;
        in.start(secret ? Location::argument : Location::value, secret ? Role::secret : Role::none, in.key());
        co_await in.content(in.left());
        in.close();
        in.leave();
        continue;
      }
      if (first < 0x20 && first != '\r' && first != '\n') co_return Next::foreign;
      in.start(from_client ? Location::command : Location::reply);
      co_await in.until(' ', '\n');
      const std::string_view verb = in.kept();
      const bool item = from_client ? stores(verb) : verb == "VALUE" || verb == "VA";
      const bool meta = verb == "ms" || verb == "VA";
      std::uint64_t size = 0;
      if (item) {
        // set KEY FLAGS TIME SIZE, VALUE KEY FLAGS SIZE, ms KEY SIZE, VA SIZE
        const int at = from_client ? (meta ? 2 : 4) : (meta ? 1 : 3);
        for (int word = 1; word <= at && co_await in.peek() == ' '; ++word) {
          co_await in.content(1);
          co_await in.until(' ', '\n');
          if (word == 1 && !(meta && !from_client)) in.keep_as_key();
          if (word != at) continue;
          const auto number = decimal(in.kept().substr(0, in.kept().find('\r')));
          if (!number || *number > kLongestItem) co_return Next::foreign;
          size = *number;
        }
      }
      co_await in.until('\n');
      in.close();
      co_await in.u8();
      if (!item) continue;
      in.start(Location::value, Role::none, in.key());
      co_await in.content(size);
      in.close();
      co_await in.word(2);
      if (in.kept() != "\r\n") co_return Next::foreign;
    }
  }
};

}  // namespace

Match memcached_client(Bytes first) noexcept {
  if (first[0] == kRequest) {
    if (first.size() > 1 && first[1] > 0x35) return Match::no;
    if (first.size() > 5 && first[5] != 0) return Match::no;
    if (first.size() < 12) return Match::maybe;
    const std::uint32_t key = static_cast<std::uint32_t>(first[2] << 8 | first[3]);
    Reader total(first.subspan(8, 4));
    return key <= 250 && first[4] <= 32 && total.u32() >= key + first[4] ? Match::yes : Match::no;
  }
  // Lower case tells it from HTTP; a target tells HTTP from it.
  Match best = Match::no;
  for (const std::string_view verb : {"get ", "gets ", "set ", "add ", "mg ", "ms ", "delete ", "incr ", "stats\r"}) {
    const std::string_view text = text_of(first);
    if (text.size() < verb.size() ? verb.starts_with(text) : text == verb) best = Match::maybe;
    if (text.size() == verb.size() + 1 && text.starts_with(verb)) return text.back() > ' ' && text.back() != '/' ? Match::yes : Match::no;
  }
  return best;
}

std::unique_ptr<Follower> follow_memcached(DecodePool&) { return std::make_unique<Memcached>(); }

}  // namespace bulkhead
