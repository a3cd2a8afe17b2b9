#include "source/memory_read_words.hpp"

namespace bulkhead {

std::uint64_t sum_words_avx2(const std::uint8_t* bytes, std::size_t steps) noexcept {
  return sum_words<2>(bytes, steps);
}

}  // namespace bulkhead
