#include "lane/sift.hpp"

#include "detect/char_class.hpp"
#include "lane/find_events.hpp"

namespace bulkhead::lane {

std::size_t sift_scalar(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept {
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const at = from + positions[i];
    const bool number = detect::is(at[-1], detect::kDigit) && *at != '@' && !detect::is(*at, detect::kDigit);
    if (!number || detect::number_is_worth_judging(at, wanted)) positions[left++] = positions[i];
  }
  return left;
}

SiftEvents best_sift() noexcept {
  static const SiftEvents best = cpu_has_avx2() ? sift_avx2 : sift_scalar;
  return best;
}

}  // namespace bulkhead::lane
