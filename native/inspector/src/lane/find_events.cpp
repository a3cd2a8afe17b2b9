#include "lane/find_events.hpp"

namespace bulkhead::lane {

FindEvents best_find_events() noexcept {
  static const FindEvents best = cpu_has_avx512() ? find_events_avx512
                                 : cpu_has_avx2() ? find_events_avx2
                                                  : find_events_scalar;
  return best;
}

}  // namespace bulkhead::lane
