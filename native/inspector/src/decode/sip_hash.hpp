#pragma once

#include <bit>
#include <cstdint>

namespace bulkhead {

/// SipHash-1-3 (Aumasson and Bernstein) over whole 64-bit words. Keyed, so that nobody who does not know the key can
/// make flows collide; the reduced rounds are enough for a hash table that never shows its hashes.
class SipHash {
 public:
  SipHash(std::uint64_t k0, std::uint64_t k1) noexcept
      : v0_(k0 ^ 0x736f6d6570736575ULL),
        v1_(k1 ^ 0x646f72616e646f6dULL),
        v2_(k0 ^ 0x6c7967656e657261ULL),
        v3_(k1 ^ 0x7465646279746573ULL) {}

  SipHash& add(std::uint64_t word) noexcept {
    v3_ ^= word;
    round();
    v0_ ^= word;
    length_ += 8;
    return *this;
  }

  [[nodiscard]] std::uint64_t finish() noexcept {
    add(length_ << 56);
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() noexcept {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t length_ = 0;
};

}  // namespace bulkhead
