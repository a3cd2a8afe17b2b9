#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::lane {

/// Below this, looking for text first saves nothing.
inline constexpr std::size_t kTextSearchFrom = 512;

/// What text_is_rare asks of its bytes, of which there are kTextSearchFrom; needs what cpu_has_avx2 asks for.
bool text_is_rare_avx2(const std::uint8_t* from, std::size_t length) noexcept;
/// The same; needs what cpu_has_avx512 asks for.
bool text_is_rare_avx512(const std::uint8_t* from, std::size_t length) noexcept;
/// The way to tell on this CPU; null where nothing can make use of it.
using TextIsRare = bool (*)(const std::uint8_t* from, std::size_t length) noexcept;
TextIsRare best_text_is_rare() noexcept;

/// Whether so few of the bytes are ASCII text that it pays to look for text first (find_in_text.hpp, reading/hints_in_text.hpp).
/// By a sample; either answer leads to the same findings. Always false on a CPU without AVX2.
inline bool text_is_rare(const std::uint8_t* from, std::size_t length) noexcept {
  if (length < kTextSearchFrom) return false;
  const TextIsRare is_rare = best_text_is_rare();
  return is_rare != nullptr && is_rare(from, length);
}

}  // namespace bulkhead::lane
