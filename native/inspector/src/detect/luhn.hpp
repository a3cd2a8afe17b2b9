#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bulkhead::detect {

namespace internal {
/// Luhn sum of eight digits (values, not ASCII), the rightmost in the most significant byte and not doubled.
constexpr std::uint64_t luhn_eight(std::uint64_t digits) noexcept {
  constexpr std::uint64_t kLanes = 0x00ff00ff00ff00ffULL;
  constexpr std::uint64_t kOnes = 0x0001000100010001ULL;
  const std::uint64_t twice = digits & kLanes;
  const std::uint64_t once = (digits >> 8) & kLanes;
  const std::uint64_t carried = ((twice + 3 * kOnes) >> 3) & kOnes;  // 1 where the digit is 5 or more: 2d - 9
  return ((once + 2 * twice - 9 * carried) * kOnes) >> 48;
}
}  // namespace internal

/// ISO/IEC 7812-1 check of `length` ASCII digits that end before `end`; 1 <= length <= 19.
/// Reads the 16 bytes before `end` whatever the length.
inline bool luhn_valid(const std::uint8_t* end, std::size_t length) noexcept {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kZeros = 0x3030303030303030ULL;
  std::uint64_t right = 0;
  std::uint64_t left = 0;
  std::memcpy(&right, end - 8, 8);
  std::memcpy(&left, end - 16, 8);
  right ^= kZeros;
  left ^= kZeros;
  if (length < 8) right = length == 0 ? 0 : right & (~0ULL << (8 * (8 - length)));
  if (length < 16) left = length <= 8 ? 0 : left & (~0ULL << (8 * (16 - length)));
  std::uint64_t sum = internal::luhn_eight(right) + internal::luhn_eight(left);
  if (length >= 17) sum += static_cast<std::uint64_t>(end[-17] - '0');
  if (length >= 18) {
    const unsigned d = static_cast<unsigned>(end[-18] - '0');
    sum += d >= 5 ? 2 * d - 9 : 2 * d;
  }
  if (length >= 19) sum += static_cast<std::uint64_t>(end[-19] - '0');
  return sum % 10 == 0;
}

}  // namespace bulkhead::detect
