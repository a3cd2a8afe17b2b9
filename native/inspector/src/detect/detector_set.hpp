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
  /// Whether one of [from, to) is there. Asked for every span that is scanned: a word at a time.
  [[nodiscard]] constexpr bool any_of(std::size_t from, std::size_t to) const noexcept {
    std::uint64_t found = 0;
    for (std::size_t word = 0; word < kCapacity / 64; ++word)
      found |= bits_[word] & below(to, word) & ~below(from, word);
    return found != 0;
  }

 private:
  /// The bits of a word that stand for detectors before `end`.
  static constexpr std::uint64_t below(std::size_t end, std::size_t word) noexcept {
    const std::size_t first = word * 64;
    return end <= first ? 0 : end - first >= 64 ? ~0ULL : (1ULL << (end - first)) - 1;
  }

  std::uint64_t bits_[kCapacity / 64] = {};
};

}  // namespace bulkhead::detect
