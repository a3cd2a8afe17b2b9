#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "bulkhead/bytes.hpp"

namespace bulkhead::lane {

/// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash whose values tell nothing to who lacks the key.
class SipHash {
 public:
  SipHash(std::uint64_t key0, std::uint64_t key1) noexcept
      : a_(key0 ^ 0x736f6d6570736575ULL), b_(key1 ^ 0x646f72616e646f6dULL), c_(key0 ^ 0x6c7967656e657261ULL),
        d_(key1 ^ 0x7465646279746573ULL) {}

  [[nodiscard]] std::uint64_t of(Bytes bytes) && noexcept {
    static_assert(std::endian::native == std::endian::little);
    const std::size_t whole = bytes.size() / 8 * 8;
    for (std::size_t at = 0; at < whole; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, 8);
      take(word);
    }
    std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
    for (std::size_t i = whole; i < bytes.size(); ++i) last |= std::uint64_t{bytes[i]} << (8 * (i - whole));
    take(last);
    c_ ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return a_ ^ b_ ^ c_ ^ d_;
  }

 private:
  void take(std::uint64_t word) noexcept {
    d_ ^= word;
    round();
    round();
    a_ ^= word;
  }
  void round() noexcept {
    a_ += b_;
    c_ += d_;
    b_ = std::rotl(b_, 13) ^ a_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ = std::rotl(a_, 32);
    c_ += b_;
    a_ += d_;
    b_ = std::rotl(b_, 17) ^ c_;
    d_ = std::rotl(d_, 21) ^ a_;
    c_ = std::rotl(c_, 32);
  }
  std::uint64_t a_, b_, c_, d_;
};

}  // namespace bulkhead::lane
