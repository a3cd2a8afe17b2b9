#include "protocol/amqp.hpp"

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kMethod = 1, kHeader = 2, kBody = 3, kHeartbeat = 8, kEnd = 0xce;
constexpr std::uint32_t kStartOk = 10 << 16 | 11, kPublish = 60 << 16 | 40, kDeliver = 60 << 16 | 60,
                        kGetOk = 60 << 16 | 71, kReturn = 60 << 16 | 50;
constexpr std::uint32_t kLongestFrame = 16U << 20;  ///< servers agree on 128 KiB

class Amqp final : public Scripted {
 public:
  Amqp() noexcept : Scripted(Protocol::amqp) {}

 private:
  Script client(Input& in) noexcept override { return frames(in, true); }
  Script server(Input& in) noexcept override { return frames(in, false); }

  static Script frames(Input& in, bool greets) noexcept {
    std::uint16_t body_channel = 0;
    std::uint64_t body_left = 0;
    bool in_body = false;
    for (;;) {
      if (greets) {
        co_await in.skip(8);
        greets = false;
      }
      const std::uint8_t type = co_await in.u8();
      if (type == 'A') {  // a server that wants another version says so and closes
        co_await in.skip(7);
        continue;
      }
      const std::uint16_t channel = co_await in.u16();
      const std::uint32_t size = co_await in.u32();
      if ((type < kMethod || type > kBody) && type != kHeartbeat) co_return Next::foreign;
      if (size > kLongestFrame) co_return Next::foreign;
      in.enter(size);
      if (in_body && (type == kMethod || channel != body_channel)) {
        in.close();
        in_body = false;
      }
      if (type == kMethod) {
        const std::uint32_t method = co_await in.u32();
        if (method == kStartOk) {
          const std::uint32_t table = co_await in.u32();
          in.start(Location::header);
          co_await in.content(table);
          in.close();
          const std::uint8_t mechanism = co_await in.u8();
          co_await in.word(mechanism);
          const std::uint32_t response = co_await in.u32();
          in.start(Location::argument, Role::secret);
          co_await in.content(response);
          in.close();
        } else if (method == kPublish || method == kDeliver || method == kGetOk || method == kReturn) {
          if (method == kDeliver) {
            const std::uint8_t tag = co_await in.u8();
            in.start(Location::name);
            co_await in.content(tag);
          }
          if (method == kDeliver || method == kGetOk) co_await in.skip(9);
          if (method == kPublish) co_await in.u16();
          if (method == kReturn) {
            co_await in.u16();
            const std::uint8_t text = co_await in.u8();
            in.start(Location::reply);
            co_await in.content(text);
          }
          const std::uint8_t exchange = co_await in.u8();
          in.start(Location::topic);
          co_await in.content(exchange);
          const std::uint8_t key = co_await in.u8();
          in.start(Location::topic);
          co_await in.content(key);
          in.close();
          in.keep_as_key();
        }
      } else if (type == kHeader) {
        co_await in.u32();
        body_left = co_await in.u64();
        in.start(Location::header);
        co_await in.content(in.left());
        in.close();
      } else if (type == kBody) {
        if (!in_body) in.start(Location::message, Role::none, in.key());
        in_body = true;
        body_channel = channel;
        body_left -= body_left < size ? body_left : size;
        co_await in.content(in.left());
        if (body_left == 0) in.close();
        if (body_left == 0) in_body = false;
      }
      if (in.left() > 0) {
        in.start(Location::argument);
        co_await in.content(in.left());
        in.close();
      }
      in.leave();
      const std::uint8_t end = co_await in.u8();
      if (end != kEnd) co_return Next::foreign;
    }
  }
};

}  // namespace

Match amqp_client(Bytes first) noexcept { return starts_with(first, std::string_view("AMQP\0\0\x09\x01", 8)); }
std::unique_ptr<Follower> follow_amqp(DecodePool&) { return std::make_unique<Amqp>(); }

}  // namespace bulkhead
