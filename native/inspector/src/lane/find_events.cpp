#include "lane/find_events.hpp"

namespace bulkhead::lane {

bool cpu_has_avx2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

FindEvents best_find_events() noexcept {
  static const FindEvents best = cpu_has_avx2() ? find_events_avx2 : find_events_scalar;
  return best;
}

}  // namespace bulkhead::lane
