#include "lane/text_is_rare.hpp"

#include "lane/cpu.hpp"

namespace bulkhead::lane {

TextIsRare best_text_is_rare() noexcept {
  static const TextIsRare best = cpu_has_avx512() ? text_is_rare_avx512 : cpu_has_avx2() ? text_is_rare_avx2 : nullptr;
  return best;
}

}  // namespace bulkhead::lane
