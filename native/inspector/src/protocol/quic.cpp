#include "protocol/quic.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

constexpr std::uint32_t kVersion1 = 0x00000001, kVersion2 = 0x6b3343cf;
constexpr std::uint8_t kLongHeader = 0xc0;  ///< header form and fixed bit
/// RFC 9000 14.1: a client pads the datagram of an Initial packet to this.
constexpr std::size_t kSmallestInitial = 1200;

}  // namespace

bool Quic::see(Direction direction, Bytes datagram) noexcept {
  Reader packet(datagram);
  const std::uint8_t first = packet.u8();
  const std::uint32_t version = packet.u32();
  const std::size_t destination_size = packet.u8();
  const Bytes destination = packet.take(destination_size);
  const std::size_t source_size = packet.u8();
  const Bytes source = packet.take(source_size);
  if (!packet.ok() || (first & kLongHeader) != kLongHeader) return false;
  if (version != kVersion1 && version != kVersion2) return false;
  if (destination_size > kLongestId || source_size > kLongestId || packet.left() == 0) return false;

  if (direction == Direction::request) {
    const std::uint8_t initial = version == kVersion1 ? 0 : 1;
    if (((first >> 4) & 3) != initial || datagram.size() < kSmallestInitial) return false;
    client_id_size_ = static_cast<std::uint8_t>(source_size);
    std::copy(source.begin(), source.end(), client_id_.begin());
    client_seen_ = true;
    return false;
  }
  return client_seen_ && destination_size == client_id_size_ &&
         std::equal(destination.begin(), destination.end(), client_id_.begin());
}

}  // namespace bulkhead
