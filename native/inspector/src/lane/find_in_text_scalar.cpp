#include "lane/find_in_text.hpp"

namespace bulkhead::lane {
namespace {

/// How many printable bytes there are in a row from `at` on, in either direction and kLeastText at most; those behind `end` are.
std::size_t printable_behind(const std::uint8_t* at, const std::uint8_t* end) noexcept {
  std::size_t count = 0;
  while (count < kLeastText && (at + count >= end || is_printable(at[count]))) ++count;
  return count;
}
std::size_t printable_before(const std::uint8_t* at) noexcept {
  std::size_t count = 0;
  while (count < kLeastText && is_printable(at[-1 - static_cast<std::ptrdiff_t>(count)])) ++count;
  return count;
}

}  // namespace

std::size_t find_in_text_scalar(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  const std::size_t found = find_events_scalar<Finds::secrets>(from, length, positions);
  std::size_t count = 0;
  for (std::size_t i = 0; i < found; ++i) {
    const std::uint8_t* const event = from + positions[i];
    const std::size_t before = printable_before(event), behind = printable_behind(event, from + length);
    if (before + behind >= kLeastText) positions[count++] = positions[i];
  }
  return count;
}

FindEvents best_find_in_text() noexcept {
  static const FindEvents best = cpu_has_avx512() ? find_in_text_avx512 : cpu_has_avx2() ? find_in_text_avx2 : find_in_text_scalar;
  return best;
}

}  // namespace bulkhead::lane
