#include "detect/secret/crc32.hpp"

#include <string_view>

namespace bulkhead::detect::secret {
namespace {

/// Bit by bit: 30 bytes once in a while.
std::uint32_t crc32(const std::uint8_t* bytes, std::size_t length) noexcept {
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < length; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

}  // namespace

bool crc32_base62_valid(const std::uint8_t* secret, std::size_t length) noexcept {
  constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kChecksum = 6;
  std::uint32_t crc = crc32(secret, length - kChecksum);
  for (std::size_t i = 0; i < kChecksum; ++i) {
    if (static_cast<std::uint8_t>(kBase62[crc % 62]) != secret[length - 1 - i]) return false;
    crc /= 62;
  }
  return true;
}

}  // namespace bulkhead::detect::secret
