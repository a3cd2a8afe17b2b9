// Compiled for AVX2: nothing here may call an inline function that another file could end up calling.
#include "reading/hints.hpp"

#if defined(__AVX2__)

#include "reading/classify_avx2.hpp"

namespace bulkhead::reading {

void find_hints_avx2(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  hint_loop<Avx2Classifier>(from, length, before, hints);
}

}  // namespace bulkhead::reading

#else

namespace bulkhead::reading {

void find_hints_avx2(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  find_hints_scalar(from, length, before, hints);
}

}  // namespace bulkhead::reading

#endif
