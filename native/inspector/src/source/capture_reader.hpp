#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bulkhead/packet.hpp"
#include "source/byte_input.hpp"

namespace bulkhead {

/// Reads the packets of a pcap or pcapng capture one by one.
///
/// pcap: microseconds and nanoseconds, both byte orders, and the records with an interface index that patched versions
/// of libpcap wrote. pcapng: several sections and interfaces, their time
/// resolutions and offsets, enhanced, simple and obsolete packet blocks, both byte orders; other blocks are skipped.
class CaptureReader {
 public:
  /// Largest packet held: above any offload super-packet (64 KiB) and any capture tool's snap length.
  static constexpr std::uint32_t kMaxPacket = 1U << 20;
  /// Largest pcapng block whose content is needed (packet or interface): a packet and a generous lot of options.
  static constexpr std::uint32_t kMaxBlock = kMaxPacket + (256U << 10);
  /// Interfaces of one pcapng section; real captures have a handful, a hostile one could name millions.
  static constexpr std::size_t kMaxInterfaces = 4'096;

  explicit CaptureReader(ByteInput& input) noexcept : input_(input) {}

  /// The next packet; `packet.data` is valid until the next call. False at the end or on failure.
  bool next(RawPacket& packet) noexcept;
  [[nodiscard]] const SourceFailure& failure() const noexcept { return failure_; }

 private:
  enum class Format : std::uint8_t { unknown, pcap, pcapng };
  enum class Step : std::uint8_t { packet, other, end };

  struct Interface {
    std::uint32_t link_type = 0;
    std::uint32_t snap_length = 0;
    std::uint8_t resolution = 6;  ///< if_tsresol: a power of ten, or of two with the top bit set
    std::int64_t offset_seconds = 0;
  };

  bool open() noexcept;
  bool open_pcap(Bytes header) noexcept;
  Step next_pcap(RawPacket& packet) noexcept;
  Step next_pcapng(RawPacket& packet) noexcept;
  bool start_section(Bytes head) noexcept;
  bool add_interface(Bytes body) noexcept;
  Step enhanced_packet(Bytes body, RawPacket& packet) noexcept;
  Step simple_packet(Bytes body, RawPacket& packet) noexcept;
  Step obsolete_packet(Bytes body, RawPacket& packet) noexcept;
  Step give(RawPacket& packet, const Interface& from, Bytes data, std::uint32_t wire_length,
            std::uint64_t timestamp) noexcept;

  [[nodiscard]] std::uint16_t u16(const std::uint8_t* p) const noexcept;
  [[nodiscard]] std::uint32_t u32(const std::uint8_t* p) const noexcept;
  [[nodiscard]] std::uint64_t u64(const std::uint8_t* p) const noexcept;
  Step fail(SourceError error, const std::string& what) noexcept;
  Step truncated(const char* where) noexcept;

  ByteInput& input_;
  Format format_ = Format::unknown;
  bool big_endian_ = false;
  std::uint64_t number_ = 0;
  std::size_t pcap_record_ = 0;  ///< bytes of a record before its packet
  std::size_t pending_ = 0;  ///< bytes of the packet given last, to be consumed before the next is read
  Interface file_interface_;
  std::vector<Interface> interfaces_;
  SourceFailure failure_;
};

}  // namespace bulkhead
