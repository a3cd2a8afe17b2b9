#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::detect {

/// Some of the built-in detectors.
class DetectorSet {
 public:
  static constexpr std::size_t kCapacity = 256;

  constexpr void add(std::size_t detector) noexcept { bits_[detector / 64] |= 1ULL << (detector % 64); }
  [[nodiscard]] constexpr bool has(std::size_t detector) const noexcept {
    return (bits_[detector / 64] >> (detector % 64) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool none() const noexcept { return (bits_[0] | bits_[1] | bits_[2] | bits_[3]) == 0; }
  [[nodiscard]] constexpr bool any_of(std::size_t from, std::size_t to) const noexcept {
    for (std::size_t i = from; i < to; ++i)
      if (has(i)) return true;
    return false;
  }

 private:
  std::uint64_t bits_[kCapacity / 64] = {};
};

}  // namespace bulkhead::detect
