#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bulkhead/command_run.hpp"

namespace bulkhead::nftables {

/// Longest key of a set that is read: an IPv6 address, a protocol and a port, each padded to a multiple of four bytes.
inline constexpr std::size_t kMaxSetKeyBytes = 24;

/// More than any set of ours holds; what a workload that may change its own rules adds beyond is not read.
inline constexpr std::size_t kMaxSetElements = 8192;

/// A set of family inet whose elements count.
struct SetName {
  std::string table;
  std::string set;
};

struct SetCount {
  std::array<std::uint8_t, kMaxSetKeyBytes> key{};
  std::uint8_t key_bytes = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  bool operator==(const SetCount&) const = default;
};

struct SetReading {
  bool is_there = false;
  std::vector<SetCount> counts;  ///< an element may be there twice, or be left out once, where the kernel rearranges it meanwhile
};

struct SetsReading {
  Outcome outcome = Outcome::kDone;
  std::string error;
  std::vector<SetReading> sets;  ///< one for each that was asked for, in their order
};

/// Reads the counters of sets inside a network namespace, without libnftables: some of its versions end their process on sets
/// that a workload may have put in the place of ours. Elements without a counter, or with a longer key, are left out.
/// Blocks its caller until the kernel answered.
SetsReading read_sets(const std::string& namespace_path, std::span<const SetName> names) noexcept;

}  // namespace bulkhead::nftables
