// Compiled for AVX2: nothing here may be an inline function that another file could end up calling.
#include "lane/find_events.hpp"

#if defined(__AVX2__)

#include "lane/classify_avx2.hpp"
#include "lane/find_loop.hpp"

namespace bulkhead::lane {

template <Finds Wanted>
std::size_t find_events_avx2(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_loop<Avx2Classifier<Wanted>>(from, length, positions);
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

template <Finds Wanted>
std::size_t find_events_avx2(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_events_scalar<Wanted>(from, length, positions);
}

}  // namespace bulkhead::lane

#endif

namespace bulkhead::lane {

template std::size_t find_events_avx2<Finds::secrets>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx2<Finds::short_runs_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx2<Finds::names_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx2<Finds::all>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;

}  // namespace bulkhead::lane
