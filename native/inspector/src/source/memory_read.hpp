#pragma once

#include <cstdint>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Sums the bytes as 64-bit words, at the speed memory gives: the yardstick of the benchmark.
[[nodiscard]] std::uint64_t read_all(Bytes bytes) noexcept;

}  // namespace bulkhead
