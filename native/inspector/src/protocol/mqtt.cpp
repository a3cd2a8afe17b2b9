#include "protocol/mqtt.hpp"

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

enum Packet : std::uint8_t { kConnect = 1, kPublish = 3, kSubscribe = 8, kLast = 15 };
constexpr std::uint64_t kLongestPacket = 268'435'455;  ///< MQTT 5.0, 1.5.5
constexpr std::uint8_t kWill = 0x04, kPassword = 0x40, kUserName = 0x80;

class Mqtt final : public Scripted {
 public:
  Mqtt() noexcept : Scripted(Protocol::mqtt) {}

 private:
  Script client(Input& in) noexcept override { return packets(in); }
  Script server(Input& in) noexcept override { return packets(in); }

  Script packets(Input& in) noexcept {
    for (;;) {
      const std::uint8_t head = co_await in.u8();
      const std::uint8_t type = head >> 4;
      const std::uint64_t length = co_await in.varint();
      if (type == 0 || in.kept().size() > 4 || length > kLongestPacket) co_return Next::foreign;
      in.enter(length);
      if (type == kConnect) {
        const std::uint16_t name = co_await in.u16();
        co_await in.word(name);
        level_ = co_await in.u8();
        const std::uint8_t flags = co_await in.u8();
        co_await in.u16();
        for (int part = 0; part < 5 && in.ok(); ++part) {
          // The client's id, the will's topic and payload, the user name, the password.
          const bool will = part == 1 || part == 2;
          if ((will && (flags & kWill) == 0) || (part == 3 && (flags & kUserName) == 0) ||
              (part == 4 && (flags & kPassword) == 0))
            continue;
          if (level_ >= 5 && part < 2) {
            const std::uint64_t properties = co_await in.varint();
            in.start(Location::header);
            co_await in.content(properties);
          }
          const std::uint16_t size = co_await in.u16();
          in.start(part == 1   ? Location::topic
                   : part == 2 ? Location::message
                   : part == 0 ? Location::name
                               : Location::argument,
                   part == 3   ? Role::user
                   : part == 4 ? Role::secret
                               : Role::none);
          co_await in.content(size);
          in.close();
        }
      } else if (type == kPublish) {
        const std::uint16_t size = co_await in.u16();
        in.start(Location::topic);
        co_await in.content(size);
        in.close();
        in.keep_as_key();
        if ((head & 6) != 0) co_await in.u16();
        if (level_ >= 5) {
          const std::uint64_t properties = co_await in.varint();
          in.start(Location::header);
          co_await in.content(properties);
        }
        in.start(Location::message, Role::none, in.key());
        co_await in.content(in.left());
      } else if (type >= kSubscribe && type <= 10) {
        co_await in.u16();
        in.start(Location::topic);
        co_await in.content(in.left());
      } else {
        in.start(Location::stream);
        co_await in.content(in.left());
      }
      in.close();
      if (in.left() > 0) {
        in.start(Location::stream);
        co_await in.content(in.left());
        in.close();
      }
      in.leave();
    }
  }

  std::uint8_t level_ = 4;
};

}  // namespace

Match mqtt_client(Bytes first) noexcept {
  // 10, a length of one to four bytes, 00 04 "MQTT" or 00 06 "MQIsdp".
  if (first[0] != 0x10) return Match::no;
  std::size_t at = 1;
  while (at < first.size() && at < 4 && first[at] >= 0x80) ++at;
  if (first.size() <= at + 1) return Match::maybe;
  const Match now = starts_with(first.subspan(at + 1), std::string_view("\0\4MQTT", 6));
  return now != Match::no ? now : starts_with(first.subspan(at + 1), std::string_view("\0\6MQIsdp", 8));
}

std::unique_ptr<Follower> follow_mqtt(DecodePool&) { return std::make_unique<Mqtt>(); }

}  // namespace bulkhead
