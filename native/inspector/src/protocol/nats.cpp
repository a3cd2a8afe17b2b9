#include "protocol/nats.hpp"

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::uint64_t kLongestPayload = 64ULL << 20;  ///< the most a server may be set to

bool is_secret(std::string_view name) noexcept {
  return name == "pass" || name == "auth_token" || name == "jwt" || name == "sig" || name == "nkey";
}

class Nats final : public Scripted {
 public:
  Nats() noexcept : Scripted(Protocol::nats, true) {}

 private:
  Script client(Input& in) noexcept override { return lines(in, true); }
  Script server(Input& in) noexcept override { return lines(in, false); }

  Script lines(Input& in, bool from_client) noexcept {
    for (;;) {
      // A server says in clear who it is; where it asks for TLS, that comes next in both directions.
      if (!in_clear()) {
        const std::uint16_t next = co_await in.peek();
        if (next == 0x16) co_return Next::reopen;
        if (from_client) exposed();
      }
      co_await in.word_until(' ', '\r');
      const std::string_view verb = in.kept();
      const bool with_headers = same_word(verb, "HPUB") || same_word(verb, "HMSG");
      const bool carries = with_headers || same_word(verb, "PUB") || same_word(verb, "MSG");
      if (same_word(verb, "CONNECT")) {
        // Strings of the JSON object, told apart by the one before.
        bool secret = false, user = false;
        in.start(Location::command);
        in.write("CONNECT");
        for (;;) {
          co_await in.until('"', '\n');
          if (co_await in.peek() != '"') break;
          const bool value = in.kept() == ":" || in.kept() == ": ";
          co_await in.content(1);
          if (value && (secret || user)) in.start(Location::argument, secret ? Role::secret : Role::user);
          co_await in.until('"', '\n');
          secret = !value && is_secret(in.kept());
          user = !value && in.kept() == "user";
          if (co_await in.peek() != '"') break;
          if (value) in.start(Location::command);
          co_await in.content(1);
        }
        in.close();
        co_await in.u8();
        continue;
      }
      if (!carries) {
        if (verb.size() == Input::kKept || verb.empty()) co_return Next::foreign;
        in.start(Location::command);
        in.write(verb);
        co_await in.until('\n');
        in.close();
        co_await in.u8();
        continue;
      }
      co_await in.u8();
      in.start(Location::topic);
      co_await in.until(' ', '\r');
      in.close();
      in.keep_as_key();
      std::uint64_t numbers[2] = {};  // the last two words: lengths of the headers and of all
      while (co_await in.peek() == ' ') {
        co_await in.u8();
        in.start(Location::argument);
        co_await in.until(' ', '\r');
        in.close();
        numbers[0] = numbers[1];
        numbers[1] = decimal(in.kept()).value_or(kLongestPayload + 1);
      }
      const std::uint64_t headers = with_headers ? numbers[0] : 0;
      if (numbers[1] > kLongestPayload || headers > numbers[1]) co_return Next::foreign;
      co_await in.word(2);
      if (headers > 0) {
        in.start(Location::header);
        co_await in.content(headers);
      }
      in.start(Location::message, Role::none, in.key());
      co_await in.content(numbers[1] - headers);
      in.close();
      co_await in.word(2);
      if (in.kept() != "\r\n") co_return Next::foreign;
    }
  }
};

}  // namespace

Match nats_server(Bytes first) noexcept { return starts_with(first, "INFO {"); }
std::unique_ptr<Follower> follow_nats(DecodePool&) { return std::make_unique<Nats>(); }

}  // namespace bulkhead
