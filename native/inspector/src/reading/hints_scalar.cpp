#include "lane/cpu.hpp"
#include "reading/hint_loop.hpp"

namespace bulkhead::reading {
namespace {

struct ScalarClassifier {
  static HintMasks classify(const std::uint8_t* bytes) noexcept {
    HintMasks m{};
    for (std::size_t i = 0; i < kHintBlock; ++i) {
      const std::uint64_t bit = 1ULL << i;
      const std::uint8_t second = kHintTables.second[bytes[i]];
      if ((second & kHintTables.first[bytes[static_cast<std::ptrdiff_t>(i) - 1]]) != 0) m.pair |= bit;
      if ((second & kRun) != 0) m.run |= bit;
      if (bytes[i] >= 0x80) m.high |= bit;
    }
    return m;
  }
};

}  // namespace

std::size_t find_hints_scalar(const std::uint8_t* from, std::size_t length, HintHistory& history,
                              std::uint16_t* positions) noexcept {
  return length == 0 ? 0 : hint_loop<ScalarClassifier>(from, length, history, positions);
}

FindHints best_find_hints() noexcept {
  static const FindHints best = lane::cpu_has_avx512() ? find_hints_avx512
                                : lane::cpu_has_avx2() ? find_hints_avx2
                                                       : find_hints_scalar;
  return best;
}

}  // namespace bulkhead::reading
