#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace bulkhead::detect::wallet {

using Digest = std::array<std::uint8_t, 32>;

/// FIPS 180-4, of at most 55 bytes: one block.
Digest sha256(std::span<const std::uint8_t> bytes) noexcept;
/// Keccak-256 as Ethereum has it, which pads otherwise than FIPS 202; of at most 135 bytes: one block.
Digest keccak256(std::span<const std::uint8_t> bytes) noexcept;

}  // namespace bulkhead::detect::wallet
