#include "rule/path_text.hpp"

#include <algorithm>
#include <cstdint>

namespace bulkhead::sentinel {
namespace {

/// What the first byte of a sequence asks of those that follow (Unicode 15, table 3-7).
struct Lead {
  std::size_t following = 0;
  std::uint32_t bits = 0;
  std::uint8_t lowest = 0x80;  ///< of the second byte
  std::uint8_t highest = 0xBF;
  bool valid = true;
};

Lead lead_of(std::uint8_t byte) noexcept {
  if (byte < 0x80) return {.bits = byte};
  if (byte >= 0xC2 && byte <= 0xDF) return {.following = 1, .bits = byte & 0x1FU};
  if (byte >= 0xE0 && byte <= 0xEF) {
    Lead lead{.following = 2, .bits = byte & 0x0FU};
    if (byte == 0xE0) lead.lowest = 0xA0;
    if (byte == 0xED) lead.highest = 0x9F;
    return lead;
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    Lead lead{.following = 3, .bits = byte & 0x07U};
    if (byte == 0xF0) lead.lowest = 0x90;
    if (byte == 0xF4) lead.highest = 0x8F;
    return lead;
  }
  return {.valid = false};
}

}  // namespace

void PathText::assign(std::string_view bytes) noexcept {
  bytes = bytes.substr(0, kMaxPathBytes);
  size_ = 0;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Lead lead = lead_of(static_cast<std::uint8_t>(bytes[at++]));
    std::uint32_t code = lead.bits;
    std::size_t taken = 0;
    while (lead.valid && taken < lead.following && at < bytes.size()) {
      const auto next = static_cast<std::uint8_t>(bytes[at]);
      if (next < (taken == 0 ? lead.lowest : 0x80) || next > (taken == 0 ? lead.highest : 0xBF)) break;
      code = code << 6U | (next & 0x3FU);
      ++taken;
      ++at;
    }
    if (!lead.valid || taken < lead.following) {
      units_[size_++] = 0xFFFD;
    } else if (code < 0x10000) {
      units_[size_++] = static_cast<char16_t>(code);
    } else {
      units_[size_++] = static_cast<char16_t>(0xD7C0 + (code >> 10U));
      units_[size_++] = static_cast<char16_t>(0xDC00 + (code & 0x3FFU));
    }
  }
}

}  // namespace bulkhead::sentinel
