#pragma once

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// The identification and the method: what every gzip member begins with.
/// RFC 8878 3.1.1.
inline constexpr std::uint8_t kZstdMagic[] = {0x28, 0xb5, 0x2f, 0xfd};
inline constexpr std::uint8_t kGzipMagic[3] = {0x1f, 0x8b, 0x08};

/// Walks over the header of a gzip member (RFC 1952 2.3) byte by byte, as tolerantly as clients do: reserved flags and
/// a wrong header checksum are ignored.
class GzipHeader {
 public:
  /// True once the header is over; the next byte is compressed data. Starts after the magic and the method (3 bytes).
  bool step(std::uint8_t byte) noexcept {
    if (position_ == 0) flags_ = byte;
    if (position_ < kFixed) {
      ++position_;
      return position_ == kFixed && next_part();
    }
    switch (part_) {
      case Part::extra_length_low:
        extra_ = byte;
        part_ = Part::extra_length_high;
        return false;
      case Part::extra_length_high:
        extra_ = static_cast<std::uint16_t>(extra_ | (byte << 8));
        part_ = Part::extra;
        return extra_ == 0 && next_part();
      case Part::extra:
        return --extra_ == 0 && next_part();
      case Part::name:
      case Part::comment:
        return byte == 0 && next_part();
      case Part::checksum:
        return ++checksum_ == 2 && next_part();
      case Part::over:
        return true;
    }
    return true;
  }
  /// Whether the last byte given belonged to free text (extra field, name, comment), which may carry anything.
  [[nodiscard]] bool in_text() const noexcept {
    return position_ == kFixed && (part_ == Part::extra || part_ == Part::name || part_ == Part::comment);
  }

 private:
  enum class Part : std::uint8_t { extra_length_low, extra_length_high, extra, name, comment, checksum, over };
  static constexpr std::uint8_t kFixed = 7;  ///< flags, time, extra flags, system

  /// Moves on to the next part that the flags announce; true when none is left.
  bool next_part() noexcept {
    constexpr std::uint8_t kChecksum = 0x02, kExtra = 0x04, kName = 0x08, kComment = 0x10;
    if (take(kExtra)) return part_ = Part::extra_length_low, false;
    if (take(kName)) return part_ = Part::name, false;
    if (take(kComment)) return part_ = Part::comment, false;
    if (take(kChecksum)) return part_ = Part::checksum, false;
    part_ = Part::over;
    return true;
  }
  bool take(std::uint8_t flag) noexcept {
    const bool set = (flags_ & flag) != 0;
    flags_ = static_cast<std::uint8_t>(flags_ & ~flag);
    return set;
  }

  std::uint16_t extra_ = 0;
  std::uint8_t position_ = 0;
  std::uint8_t flags_ = 0;
  std::uint8_t checksum_ = 0;
  Part part_ = Part::over;
};

}  // namespace bulkhead
