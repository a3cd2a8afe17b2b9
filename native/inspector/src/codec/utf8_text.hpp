#pragma once

#include <cstdint>

namespace bulkhead {

/// Whether bytes are text (UTF-8 without control characters other than tab and line ends), byte by byte. Compressed
/// data is told from text by it within a few bytes.
class Utf8Text {
 public:
  bool step(std::uint8_t byte) noexcept {
    if (continuation_ > 0) {
      --continuation_;
      return (byte & 0xc0) == 0x80;
    }
    if (byte < 0x80) return (byte >= 0x20 && byte != 0x7f) || byte == '\t' || byte == '\r' || byte == '\n';
    if (byte < 0xc2 || byte > 0xf4) return false;
    continuation_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return true;
  }

 private:
  std::uint8_t continuation_ = 0;
};

}  // namespace bulkhead
