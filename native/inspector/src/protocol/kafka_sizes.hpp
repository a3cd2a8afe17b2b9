#pragma once

#include "protocol/input.hpp"

namespace bulkhead {

/// socket.request.max.bytes of brokers is 100 MiB by default; answers are bounded by what clients ask for.
inline constexpr std::uint64_t kLongestKafkaFrame = 512ULL << 20;

/// Lengths and counts: of two or four bytes, -1 being null; in flexible versions (KIP-482) a varint that is one more,
/// 0 being null. Null is 0 here.
Input::Wait<std::uint64_t> kafka_string_size(Input& in, bool flexible) noexcept;
Input::Wait<std::uint64_t> kafka_size(Input& in, bool flexible) noexcept;

}  // namespace bulkhead
