#include "detect/wallet/digest.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace bulkhead::detect::wallet {
namespace {

constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::size_t kRounds = 24;
constexpr std::size_t kRate = 136;  // bytes of a block of Keccak-256

/// The constants of iota: bits of a shift register (FIPS 202, 3.2.5).
constexpr std::array<std::uint64_t, kRounds> make_iota() noexcept {
  std::array<std::uint64_t, kRounds> constants{};
  std::uint8_t bits = 1;
  for (std::uint64_t& constant : constants) {
    for (unsigned j = 0; j < 7; ++j) {
      if ((bits & 1U) != 0) constant |= 1ULL << ((1U << j) - 1);
      const bool high = (bits & 0x80U) != 0;
      bits = static_cast<std::uint8_t>(bits << 1);
      if (high) bits ^= 0x71;
    }
  }
  return constants;
}

void keccak_f(std::array<std::uint64_t, 25>& a) noexcept {
  static constexpr auto kIota = make_iota();
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::array<std::uint64_t, 5> parity{};
    for (std::size_t i = 0; i < 25; ++i) parity[i % 5] ^= a[i];
    for (std::size_t i = 0; i < 25; ++i) a[i] ^= parity[(i + 4) % 5] ^ std::rotl(parity[(i + 1) % 5], 1);
    // rho and pi walk the lanes along one path.
    std::uint64_t lane = a[1];
    std::size_t x = 1;
    std::size_t y = 0;
    for (int t = 0; t < 24; ++t) {
      const std::size_t next = (2 * x + 3 * y) % 5;
      x = y;
      y = next;
      const std::uint64_t kept = a[x + 5 * y];
      a[x + 5 * y] = std::rotl(lane, (t + 1) * (t + 2) / 2 % 64);
      lane = kept;
    }
    for (std::size_t row = 0; row < 25; row += 5) {
      std::array<std::uint64_t, 5> b{};
      std::copy_n(a.begin() + static_cast<std::ptrdiff_t>(row), 5, b.begin());
      for (std::size_t i = 0; i < 5; ++i) a[row + i] = b[i] ^ (~b[(i + 1) % 5] & b[(i + 2) % 5]);
    }
    a[0] ^= kIota[round];
  }
}

}  // namespace

Digest sha256(std::span<const std::uint8_t> bytes) noexcept {
  std::array<std::uint32_t, 8> state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> block{};
  const std::size_t size = std::min<std::size_t>(bytes.size(), 55);
  std::copy_n(bytes.begin(), size, block.begin());
  block[size] = 0x80;
  for (std::size_t i = 0; i < 8; ++i) block[63 - i] = static_cast<std::uint8_t>(std::uint64_t{size} * 8 >> (8 * i));
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i)
    w[i] = std::uint32_t{block[4 * i]} << 24 | std::uint32_t{block[4 * i + 1]} << 16 | std::uint32_t{block[4 * i + 2]} << 8 | block[4 * i + 3];
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t t1 = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
    const std::uint32_t t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::array<std::uint32_t, 8> after = {a, b, c, d, e, f, g, h};
  Digest digest;
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < 4; ++j) digest[4 * i + j] = static_cast<std::uint8_t>((state[i] + after[i]) >> (24 - 8 * j));
  return digest;
}

Digest keccak256(std::span<const std::uint8_t> bytes) noexcept {
  std::array<std::uint8_t, kRate> block{};
  const std::size_t size = std::min(bytes.size(), kRate - 1);
  std::copy_n(bytes.begin(), size, block.begin());
  block[size] = 0x01;
  block[kRate - 1] |= 0x80;
  std::array<std::uint64_t, 25> lanes{};
  for (std::size_t i = 0; i < kRate; ++i) lanes[i / 8] |= std::uint64_t{block[i]} << (8 * (i % 8));
  keccak_f(lanes);
  Digest digest;
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(lanes[i / 8] >> (8 * (i % 8)));
  return digest;
}

}  // namespace bulkhead::detect::wallet
