#include "lane/sift.hpp"

#include "detect/char_class.hpp"
#include "lane/cpu.hpp"

namespace bulkhead::lane {
namespace {

bool is_left(const std::uint8_t* at, detect::NumbersWanted wanted) noexcept {
  if (*at == '@') return may_precede_at(at[-1]);
  // Behind a single digit only an anchor has its event.
  const bool number = detect::is(at[-1], detect::kDigit) && detect::is(at[-2], detect::kDigit) &&
                      !detect::is(*at, detect::kDigit);
  return !number || detect::number_is_worth_judging(at, wanted);
}

}  // namespace

std::size_t sift_scalar(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept {
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const at = from + positions[i];
    if (is_left(at, wanted)) positions[left++] = positions[i];
  }
  return left;
}

SiftEvents best_sift() noexcept {
  static const SiftEvents best = cpu_has_avx512() ? sift_avx512 : cpu_has_avx2() ? sift_avx2 : sift_scalar;
  return best;
}

SiftListing best_sift_listing() noexcept {
  static const SiftListing best = cpu_has_avx512() ? sift_listing_avx512 : nullptr;
  return best;
}

}  // namespace bulkhead::lane
