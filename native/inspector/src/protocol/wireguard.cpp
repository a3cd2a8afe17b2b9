#include "protocol/wireguard.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kInitiation = 1, kResponse = 2;
constexpr std::size_t kInitiationSize = 148, kResponseSize = 92;

}  // namespace

bool WireGuard::may_be(Bytes datagram) noexcept {
  if (datagram.size() != kInitiationSize && datagram.size() != kResponseSize) return false;
  return datagram[0] == (datagram.size() == kInitiationSize ? kInitiation : kResponse) && datagram[1] == 0 &&
         datagram[2] == 0 && datagram[3] == 0;
}

bool WireGuard::see(Direction direction, Bytes datagram) noexcept {
  if (!may_be(datagram)) return false;
  Reader message(datagram.subspan(4));
  const std::uint32_t sender = message.u32();
  if (datagram[0] == kInitiation) {
    begun_[index_of(direction)] = true;
    index_[index_of(direction)] = sender;
    return false;
  }
  const std::size_t other = index_of(opposite(direction));
  return begun_[other] && message.u32() == index_[other];
}

}  // namespace bulkhead
