#include "protocol/ssh.hpp"

#include <algorithm>
#include <string_view>

namespace bulkhead {
namespace {

constexpr std::uint8_t kLongestBanner = 255;
constexpr std::uint32_t kLongestPacket = 35'000, kShortestOffer = 64;
constexpr std::uint8_t kShortestPadding = 4, kKeyExchangeOffer = 20;
/// Length (4), padding length and message number.
constexpr std::uint8_t kHeader = 6;

}  // namespace

Ssh::Result Ssh::feed(Direction direction, Bytes bytes) noexcept {
  Side& side = sides_[index_of(direction)];
  std::size_t at = 0;
  while (at < bytes.size() && side.phase != Phase::done) {
    if (side.phase == Phase::packet) {
      const std::size_t taken = std::min<std::size_t>(side.left, bytes.size() - at);
      side.left -= static_cast<std::uint32_t>(taken);
      at += taken;
      if (side.left == 0) side.phase = Phase::done;
    } else if (!step(side, bytes[at++])) {
      return {Outcome::not_ssh, at};
    }
  }
  if (sides_[0].phase == Phase::done && sides_[1].phase == Phase::done) return {Outcome::proven, at};
  return {Outcome::need_more, bytes.size()};
}

bool Ssh::step(Side& side, std::uint8_t byte) noexcept {
  return side.phase == Phase::banner ? banner_step(side, byte) : header_step(side, byte);
}

bool Ssh::banner_step(Side& side, std::uint8_t byte) noexcept {
  if (side.count < side.bytes.size()) side.bytes[side.count] = byte;
  if (side.count == kLongestBanner) return false;
  ++side.count;
  if (side.count == side.bytes.size()) {
    const std::string_view start(reinterpret_cast<const char*>(side.bytes.data()), side.bytes.size());
    if (start != "SSH-2.0-" && start != "SSH-1.99") return false;
  }
  if (byte != '\n') return true;
  if (side.count < side.bytes.size()) return false;
  side.phase = Phase::packet_header;
  side.count = 0;
  return true;
}

bool Ssh::header_step(Side& side, std::uint8_t byte) noexcept {
  side.bytes[side.count++] = byte;
  if (side.count < kHeader) return true;
  Reader header({side.bytes.data(), kHeader});
  const std::uint32_t length = header.u32();
  const std::uint8_t padding = header.u8();
  const std::uint8_t message = header.u8();
  if (length < kShortestOffer || length > kLongestPacket || padding < kShortestPadding) return false;
  if (message != kKeyExchangeOffer) return false;
  side.left = length - 2;
  side.phase = Phase::packet;
  return true;
}

}  // namespace bulkhead
