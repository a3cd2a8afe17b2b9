#include "source/memory_read.hpp"

#include "source/memory_read_words.hpp"

namespace bulkhead {
namespace {

bool has_avx2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

}  // namespace

std::uint64_t read_all(Bytes bytes) noexcept {
  const std::size_t steps = bytes.size() / kReadStep;
  std::uint64_t total = has_avx2() ? sum_words_avx2(bytes.data(), steps) : sum_words<1>(bytes.data(), steps);
  for (std::size_t i = steps * kReadStep; i < bytes.size(); ++i) total += bytes[i];
  return total;
}

}  // namespace bulkhead
