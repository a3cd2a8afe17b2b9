#pragma once

#include <cstdint>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Whether this build and this processor have the AVX2 kernel.
[[nodiscard]] bool has_avx2_sum() noexcept;

/// Sum of the 32-bit words of `bytes`, whose size is a multiple of 128. Call only where `has_avx2_sum()`.
[[nodiscard]] std::uint64_t sum_words_avx2(Bytes bytes) noexcept;

}  // namespace bulkhead
