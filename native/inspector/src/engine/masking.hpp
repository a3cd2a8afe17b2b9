#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bulkhead/detection.hpp"
#include "bulkhead/packet.hpp"
#include "engine/packet_view.hpp"

namespace bulkhead {

/// How many letters and digits must be hidden for a datum that began in an earlier packet to count as masked. A card
/// number may show its first six and last four (PCI DSS 3.4.1): fewer than six hidden is no protection.
inline constexpr std::size_t kMinHidden = 6;

/// Overwrites, in the current packet, every letter and digit of the datum that may not be shown: all but the last four
/// where the whole datum is in hand and `keep_last_four`, else all that is in hand. Separators stay, the length stays.
/// Returns whether enough was hidden; when it returns false nothing was written.
bool mask_in_place(const PacketView& view, Direction direction, const Detection& detection, bool keep_last_four) noexcept;

/// Recomputes the TCP, UDP or ICMP checksum of a packet whose payload was overwritten. `l3` and `l4` are the offsets of
/// the headers, `protocol` the transport's number. Leaves an absent UDP/IPv4 checksum absent.
void repair_checksum(MutableBytes packet, std::size_t l3, std::size_t l4, bool v6, std::uint8_t protocol) noexcept;

/// What was overwritten on a session, so that a retransmission of the original bytes is overwritten again.
///
/// Bounded: the oldest entries are forgotten, and `may_leak` then answers true for segments that reach back to them.
class MaskedRanges {
 public:
  static constexpr std::size_t kRemembered = 64;
  static constexpr std::size_t kPatch = 64;

  void remember(std::uint32_t sequence, Bytes written) noexcept;
  [[nodiscard]] bool empty() const noexcept { return used_ == 0; }
  /// Overwrites what `payload` (starting at `sequence`) repeats of remembered ranges; whether anything changed.
  bool apply(std::uint32_t sequence, MutableBytes payload) const noexcept;
  [[nodiscard]] bool may_leak(std::uint32_t sequence) const noexcept;
  /// The stream was taken in up to `sequence`. What lies further back than any window cannot come again, and its numbers
  /// will be those of other bytes: it is forgotten for good. To be called before the others, with each packet.
  void reached(std::uint32_t sequence) noexcept;

 private:
  struct Range {
    std::uint32_t sequence = 0;
    std::uint8_t length = 0;  ///< none: it lies too far back
    std::array<std::uint8_t, kPatch> bytes{};
  };
  std::array<Range, kRemembered> ranges_{};
  std::size_t next_ = 0;
  std::size_t used_ = 0;
  bool forgot_ = false;
  std::uint32_t forgotten_below_ = 0;
  std::uint32_t looked_at_ = 0;  ///< where the stream was when ranges were last looked through
};

}  // namespace bulkhead
