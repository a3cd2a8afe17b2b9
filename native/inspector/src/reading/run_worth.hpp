#pragma once

#include "bulkhead/bytes.hpp"
#include "reading/letter_fits.hpp"

namespace bulkhead::reading {

/// What a quick look at 64 bytes says of the runs among them; bit i stands for byte i.
struct RunWorth {
  std::uint64_t letter;  ///< a letter of base64
  /// Worth a probe that ends with it, as far as the ones in front of it among the 64 tell: by the bits that all printable
  /// ASCII has, and UTF-16 of it.
  std::uint64_t worth;
};

using FindWorth = RunWorth (*)(const std::uint8_t* letters) noexcept;
RunWorth run_worth_scalar(const std::uint8_t* letters) noexcept;
/// The same; needs what lane::cpu_has_avx512 asks for. Elsewhere than on x86-64 it is the scalar one.
RunWorth run_worth_avx512(const std::uint8_t* letters) noexcept;
/// The fastest one this CPU can run.
FindWorth best_run_worth() noexcept;

/// Leaves out of the hints of `bytes` those of runs that end within them, not far behind, and encode nothing: nearly all
/// identifiers, of which some traffic is made. Returns how many are left, in order.
using DropPlainRuns = std::size_t (*)(Bytes bytes, std::size_t chunk, std::uint16_t* hints, std::size_t count) noexcept;
std::size_t drop_plain_runs_scalar(Bytes bytes, std::size_t chunk, std::uint16_t* hints, std::size_t count) noexcept;
std::size_t drop_plain_runs_avx512(Bytes bytes, std::size_t chunk, std::uint16_t* hints, std::size_t count) noexcept;
DropPlainRuns best_drop_plain_runs() noexcept;

}  // namespace bulkhead::reading
