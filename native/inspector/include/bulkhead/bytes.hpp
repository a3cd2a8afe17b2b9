#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bulkhead {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// Bounds-checked big-endian cursor over hostile input.
///
/// A read past the end returns zeros (or an empty span) and latches `ok() == false`, so a parser checks once per
/// structure and not once per field. Read sub-expressions in separate statements where their order matters.
class Reader {
 public:
  explicit Reader(Bytes bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }
  [[nodiscard]] Bytes rest() const noexcept { return bytes_; }

  std::uint8_t u8() noexcept {
    const Bytes b = take(1);
    return b.empty() ? std::uint8_t{0} : b[0];
  }
  std::uint16_t u16() noexcept {
    const Bytes b = take(2);
    return b.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>((b[0] << 8) | b[1]);
  }
  std::uint32_t u24() noexcept {
    const Bytes b = take(3);
    return b.empty() ? 0U : (std::uint32_t{b[0]} << 16) | (std::uint32_t{b[1]} << 8) | b[2];
  }
  std::uint32_t u32() noexcept {
    const Bytes b = take(4);
    if (b.empty()) return 0;
    return (std::uint32_t{b[0]} << 24) | (std::uint32_t{b[1]} << 16) | (std::uint32_t{b[2]} << 8) | b[3];
  }
  Bytes take(std::size_t n) noexcept {
    if (!ok_ || n > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const Bytes head = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return head;
  }

 private:
  Bytes bytes_;
  bool ok_ = true;
};

}  // namespace bulkhead
