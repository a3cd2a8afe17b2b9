#include "source/pcapng_writer.hpp"

#include <algorithm>
#include <utility>

namespace bulkhead {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint16_t kOptionTimeResolution = 9;
constexpr std::uint8_t kNanoseconds = 9;

}  // namespace

void PcapngWriter::u16(std::uint16_t value) {
  bytes_.push_back(static_cast<std::uint8_t>(value));
  bytes_.push_back(static_cast<std::uint8_t>(value >> 8));
}
void PcapngWriter::u32(std::uint32_t value) {
  u16(static_cast<std::uint16_t>(value));
  u16(static_cast<std::uint16_t>(value >> 16));
}

void PcapngWriter::section() {
  constexpr std::uint32_t kLength = 28;
  u32(kSectionHeader);
  u32(kLength);
  u32(kByteOrderMagic);
  u16(1);  // version 1.0
  u16(0);
  u32(0xffff'ffff);  // the section's length is not told
  u32(0xffff'ffff);
  u32(kLength);
}

std::uint32_t PcapngWriter::interface_of(LinkType link) {
  const auto known = std::find(interfaces_.begin(), interfaces_.end(), link);
  if (known != interfaces_.end()) return static_cast<std::uint32_t>(known - interfaces_.begin());
  constexpr std::uint32_t kLength = 32;
  u32(kInterfaceDescription);
  u32(kLength);
  u16(static_cast<std::uint16_t>(link));
  u16(0);
  u32(0);  // no snap length
  u16(kOptionTimeResolution);
  u16(1);
  u32(kNanoseconds);
  u32(0);  // end of options
  u32(kLength);
  interfaces_.push_back(link);
  return static_cast<std::uint32_t>(interfaces_.size() - 1);
}

void PcapngWriter::add(const RawPacket& packet) {
  if (!began_) section();
  began_ = true;
  const std::uint32_t interface = interface_of(packet.link);
  const auto captured = static_cast<std::uint32_t>(packet.data.size());
  const std::uint32_t padding = (4 - captured % 4) % 4;
  const std::uint32_t length = 32 + captured + padding;
  u32(kEnhancedPacket);
  u32(length);
  u32(interface);
  u32(static_cast<std::uint32_t>(packet.time_ns >> 32));
  u32(static_cast<std::uint32_t>(packet.time_ns));
  u32(captured);
  u32(std::max(packet.wire_length, captured));
  bytes_.insert(bytes_.end(), packet.data.begin(), packet.data.end());
  bytes_.insert(bytes_.end(), padding, 0);
  u32(length);
}

std::vector<std::uint8_t> PcapngWriter::take() noexcept {
  interfaces_.clear();
  began_ = false;
  return std::exchange(bytes_, {});
}

std::vector<std::uint8_t> PcapngWriter::take_some() noexcept { return std::exchange(bytes_, {}); }

}  // namespace bulkhead
