#include "protocol/tns.hpp"

#include "protocol/scripted.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kConnect = 1, kLastType = 19, kHeader = 8;

class Tns final : public Scripted {
 public:
  Tns() noexcept : Scripted(Protocol::tns) {}

 private:
  Script client(Input& in) noexcept override { return packets(in); }
  Script server(Input& in) noexcept override { return packets(in); }

  static Script packets(Input& in) noexcept {
    for (;;) {
      // Two bytes of length and two of checksum, or, from version 315 on, four of length.
      const std::uint16_t high = co_await in.u16();
      const std::uint16_t low = co_await in.u16();
      const std::uint8_t type = co_await in.u8();
      const std::uint64_t length = high != 0 ? high : low;
      if (type == 0 || type > kLastType || length < kHeader) co_return Next::foreign;
      co_await in.skip(3);
      in.start(Location::message);
      co_await in.content(length - kHeader);
      in.close();
    }
  }
};

}  // namespace

Match tns_client(Bytes first) noexcept {
  for (const std::size_t i : {2UL, 3UL, 6UL, 7UL})
    if (i < first.size() && first[i] != 0) return Match::no;
  if (first.size() > 4 && first[4] != kConnect) return Match::no;
  if (first.size() < 10) return Match::maybe;
  const int version = first[8] << 8 | first[9];
  return version >= 300 && version <= 330 ? Match::yes : Match::no;
}

std::unique_ptr<Follower> follow_tns(DecodePool&) { return std::make_unique<Tns>(); }

}  // namespace bulkhead
