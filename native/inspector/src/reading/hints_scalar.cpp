#include "lane/cpu.hpp"
#include "reading/hint_loop.hpp"
#include "reading/hints_in_text.hpp"
#include "reading/letter_fits.hpp"

namespace bulkhead::reading {
namespace {

struct ScalarClassifier {
  static HintMasks classify(const std::uint8_t* bytes) noexcept {
    HintMasks m{};
    const auto put = [bytes](std::uint64_t& mask, Fit fit) {
      for (std::size_t i = 0; i < kHintBlock; ++i)
        if ((kFits[bytes[i]] & fit) != 0) mask |= 1ULL << i;
    };
    put(m.run.first, kFirstFits);
    put(m.run.second, kSecondFits);
    put(m.run.third, kThirdFits);
    put(m.run.top, kHexTop);
    put(m.run.zero, kZero);
    put(m.run.letter, kLetter);
    for (std::size_t i = 0; i < kHintBlock; ++i) {
      const std::uint64_t bit = 1ULL << i;
      const std::uint8_t shared = kHintTables.second[bytes[i]] & kHintTables.first[bytes[static_cast<std::ptrdiff_t>(i) - 1]];
      const std::uint8_t wide = kWideTables.second[bytes[i]] & kWideTables.first[bytes[static_cast<std::ptrdiff_t>(i) - 1]];
      if ((shared & ~kPacked) != 0 || wide != 0) m.pair |= bit;
      if ((shared & kPacked) != 0) m.run.packed |= bit;
    }
    return m;
  }
};

}  // namespace

void find_hints_scalar(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept {
  hint_loop<ScalarClassifier>(from, length, before, hints);
}

FindHints best_find_hints() noexcept {
  static const FindHints best = lane::cpu_has_avx512() ? find_hints_avx512
                                : lane::cpu_has_avx2() ? find_hints_avx2
                                                       : find_hints_scalar;
  return best;
}

FindHints best_find_hints_in_text() noexcept {
  static const FindHints best = lane::cpu_has_avx512() ? find_hints_in_text_avx512
                                : lane::cpu_has_avx2() ? find_hints_in_text_avx2
                                                       : find_hints_scalar;
  return best;
}

}  // namespace bulkhead::reading
