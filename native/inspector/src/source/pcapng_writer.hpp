#pragma once

#include <cstdint>
#include <vector>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Writes packets as one pcapng section with nanosecond times, one interface for each link type met.
class PcapngWriter {
 public:
  void add(const RawPacket& packet);
  /// The whole file; empty when no packet was added.
  [[nodiscard]] std::vector<std::uint8_t> take() noexcept;
  /// What was written since the last call, for a file that goes on.
  [[nodiscard]] std::vector<std::uint8_t> take_some() noexcept;

 private:
  void section();
  std::uint32_t interface_of(LinkType link);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);

  std::vector<std::uint8_t> bytes_;
  std::vector<LinkType> interfaces_;
  bool began_ = false;
};

}  // namespace bulkhead
