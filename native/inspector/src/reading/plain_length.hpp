#pragma once

#include <cstddef>
#include <cstdint>

#include "bulkhead/bytes.hpp"

namespace bulkhead::reading {

/// How many of `bytes` come before the first that may begin an escape, by itself and by the one behind it or the one in front.
/// `before`: the byte in front of them.
std::size_t plain_length(Bytes bytes, std::uint8_t before) noexcept;

std::size_t plain_length_scalar(Bytes bytes, std::uint8_t before) noexcept;
/// The same; needs what lane::cpu_has_avx512 asks for.
std::size_t plain_length_avx512(Bytes bytes, std::uint8_t before) noexcept;

}  // namespace bulkhead::reading
