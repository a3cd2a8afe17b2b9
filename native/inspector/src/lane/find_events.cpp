#include "lane/find_events.hpp"

namespace bulkhead::lane {
namespace {

template <Finds Wanted>
FindEvents best() noexcept {
  static const FindEvents best = cpu_has_avx512() ? find_events_avx512<Wanted>
                                 : cpu_has_avx2() ? find_events_avx2<Wanted>
                                                  : find_events_scalar<Wanted>;
  return best;
}

}  // namespace

FindEvents best_find_events(Finds wanted) noexcept {
  switch (wanted) {
    case Finds::secrets:
      return best<Finds::secrets>();
    case Finds::short_runs_too:
      return best<Finds::short_runs_too>();
    case Finds::names_too:
      return best<Finds::names_too>();
    case Finds::all:
      break;
  }
  return best<Finds::all>();
}

}  // namespace bulkhead::lane
