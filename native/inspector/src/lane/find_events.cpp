#include "lane/find_events.hpp"

namespace bulkhead::lane {
namespace {

template <Anchors Wanted>
FindEvents best() noexcept {
  static const FindEvents best = cpu_has_avx512() ? find_events_avx512<Wanted>
                                 : cpu_has_avx2() ? find_events_avx2<Wanted>
                                                  : find_events_scalar<Wanted>;
  return best;
}

}  // namespace

FindEvents best_find_events(Anchors wanted) noexcept {
  return wanted == Anchors::names_too ? best<Anchors::names_too>() : best<Anchors::secrets>();
}

}  // namespace bulkhead::lane
