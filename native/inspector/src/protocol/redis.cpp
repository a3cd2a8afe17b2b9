#include "protocol/redis.hpp"

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

/// Limits of the server itself: `proto-max-bulk-len`, and 1 MiB arguments.
constexpr std::uint64_t kLongestBulk = 512ULL << 20, kMostArguments = 1ULL << 20;

/// Where the pairs of name and value begin among the arguments of a command; 0: it has none.
std::size_t first_pair(std::string_view command) noexcept {
  if (same_word(command, "HSET") || same_word(command, "HMSET") || same_word(command, "HSETNX")) return 2;
  if (same_word(command, "MSET") || same_word(command, "MSETNX")) return 1;
  return same_word(command, "XADD") ? 3 : 0;
}

/// Follows the arguments of one command and says what each is.
class Arguments {
 public:
  void begin(std::uint64_t count) noexcept { *this = Arguments{count}; }
  struct Meaning {
    Location location;
    Role role;
    std::string_view key;
  };
  [[nodiscard]] Meaning of_next() const noexcept {
    if (index_ == 0) return {Location::command, Role::none, {}};
    if (user_at_ == index_) return {Location::argument, Role::user, {}};
    if (secret_at_ == index_) return {Location::argument, Role::secret, {}};
    if (index_ == 1) return {Location::key, Role::none, {}};
    const bool value = pairs_ > 0 && index_ > pairs_ && (index_ - pairs_) % 2 == 1;
    return {Location::value, Role::none, value ? previous_.view() : entry_.view()};
  }
  void was(std::string_view start) noexcept {
    if (index_ == 0) {
      pairs_ = first_pair(start);
      hello_ = same_word(start, "HELLO");
      if (same_word(start, "AUTH")) {
        if (count_ > 2) user_at_ = 1;
        secret_at_ = count_ > 2 ? 2 : 1;
      }
    } else if (hello_ && same_word(start, "AUTH")) {
      user_at_ = index_ + 1;
      secret_at_ = index_ + 2;
    }
    if (index_ == 1) entry_.set(start);
    if (pairs_ > 0) previous_.set(start);
    ++index_;
  }

  Arguments() = default;

 private:
  explicit Arguments(std::uint64_t count) noexcept : count_(count) {}
  std::uint64_t count_ = 0, index_ = 0, user_at_ = 0, secret_at_ = 0;
  std::size_t pairs_ = 0;
  bool hello_ = false;
  FieldName entry_, previous_;
};

class Redis final : public Scripted {
 public:
  Redis() noexcept : Scripted(Protocol::redis) {}

 private:
  Script client(Input& in) noexcept override {
    for (;;) {
      const std::uint16_t first = co_await in.peek();
      if (first != '*') {
        if (first < 0x20 && first != '\r' && first != '\n') co_return Next::foreign;
        in.start(Location::command);
        co_await in.until('\n');
        in.close();
        co_await in.u8();
        continue;
      }
      co_await in.u8();
      co_await in.word_until('\r', '\n');
      const auto count = decimal(in.kept());
      if (!count && in.kept() != "-1") co_return Next::foreign;
      if (count && *count > kMostArguments) co_return Next::foreign;
      co_await in.word(2);
      if (in.kept() != "\r\n") co_return Next::foreign;
      arguments_.begin(count.value_or(0));
      for (std::uint64_t i = 0; i < count.value_or(0); ++i) {
        co_await in.word_until('\r', '\n');
        const auto size = in.kept().starts_with('$') ? decimal(in.kept().substr(1)) : std::nullopt;
        if (!size || *size > kLongestBulk) co_return Next::foreign;
        co_await in.word(2);
        const Arguments::Meaning meaning = arguments_.of_next();
        in.start(meaning.location, meaning.role, meaning.key);
        co_await in.content(*size);
        in.close();
        arguments_.was(in.kept());
        co_await in.word(2);
        if (in.kept() != "\r\n") co_return Next::foreign;
      }
    }
  }

  Script server(Input& in) noexcept override {
    for (;;) {
      const std::uint8_t type = co_await in.u8();
      switch (type) {
        case '+': case '-': case ':': case ',': case '#': case '(': case '_':
          in.start(Location::reply);
          co_await in.until('\r', '\n');
          in.close();
          break;
        case '*': case '%': case '~': case '>': case '|':  // its members follow as values of their own
          co_await in.word_until('\r', '\n');
          if (!decimal(in.kept()) && in.kept() != "-1" && in.kept() != "?") co_return Next::foreign;
          break;
        case '.':  // the end of an aggregate whose size was not known
          break;
        case '$': case '=': case '!': case ';': {
          co_await in.word_until('\r', '\n');
          const auto size = decimal(in.kept());
          if (in.kept() == "-1" || in.kept() == "?" || (type == ';' && size == 0)) {
            if (type == ';') in.close();
            break;
          }
          if (!size || *size > kLongestBulk) co_return Next::foreign;
          co_await in.word(2);
          if (type != ';' || !chunked_) in.start(Location::value);
          chunked_ = type == ';';
          co_await in.content(*size);
          if (!chunked_) in.close();
          break;
        }
        default:
          co_return Next::foreign;
      }
      if (type != ';') chunked_ = false;
      co_await in.word(2);
      if (in.kept() != "\r\n") co_return Next::foreign;
    }
  }

  Arguments arguments_;
  bool chunked_ = false;
};

}  // namespace

Match redis_client(Bytes first) noexcept {
  // *3\r\n$4: an array of some strings.
  const std::string_view text = text_of(first);
  if (text[0] != '*') return Match::no;
  std::size_t at = 1;
  while (at < text.size() && is_digit(first[at])) ++at;
  constexpr std::size_t kMostDigits = 7;
  if (at > 1 + kMostDigits || (at == 1 && text.size() > 1)) return Match::no;
  return starts_with(first.subspan(at), "\r\n$");
}

std::unique_ptr<Follower> follow_redis(DecodePool&) { return std::make_unique<Redis>(); }

}  // namespace bulkhead
