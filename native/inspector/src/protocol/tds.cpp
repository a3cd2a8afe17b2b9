#include "protocol/tds.hpp"

#include "protocol/scripted.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kPrelogin = 0x12, kHeader = 8, kEndOfMessage = 1;

class Tds final : public Scripted {
 public:
  Tds() noexcept : Scripted(Protocol::tds, true) {}

 private:
  Script client(Input& in) noexcept override { return packets(in, true); }
  Script server(Input& in) noexcept override { return packets(in, false); }

  Script packets(Input& in, bool from_client) noexcept {
    bool goes_on = false;
    for (;;) {
      const std::uint8_t type = co_await in.u8();
      const std::uint8_t status = co_await in.u8();
      const std::uint16_t length = co_await in.u16();
      if (type == 0 || type > kPrelogin || length < kHeader) co_return Next::foreign;
      // Before anything else encryption is agreed on; its handshake travels in packets of the same type.
      if (from_client && type != kPrelogin) exposed();
      co_await in.skip(4);
      if (!goes_on) in.start(Location::message);
      co_await in.content(length - kHeader);
      goes_on = (status & kEndOfMessage) == 0;
      if (!goes_on) in.close();
    }
  }
};

}  // namespace

Match tds_client(Bytes first) noexcept {
  // 12 01 00 3a 00 00 00 00, then an option list that starts with VERSION (0).
  constexpr std::uint8_t kStart[] = {kPrelogin, kEndOfMessage, 0};
  for (std::size_t i = 0; i < first.size() && i < sizeof kStart; ++i)
    if (first[i] != kStart[i]) return Match::no;
  for (std::size_t i = 4; i < first.size() && i < 6; ++i)
    if (first[i] != 0) return Match::no;
  if (first.size() < 9) return Match::maybe;
  return first[3] > kHeader && first[8] == 0 ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_tds(DecodePool&) { return std::make_unique<Tds>(); }

}  // namespace bulkhead
