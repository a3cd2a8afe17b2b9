#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::detect::secret {

/// Whether the last six of `length` (> 6) characters are the CRC-32 (ISO/IEC 3309, zlib's) of those before, in base 62:
/// GitHub's checksum, which npm's tokens have too.
bool crc32_base62_valid(const std::uint8_t* secret, std::size_t length) noexcept;

}  // namespace bulkhead::detect::secret
