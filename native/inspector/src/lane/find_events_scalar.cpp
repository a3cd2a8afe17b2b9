#include "lane/anchors.hpp"
#include "lane/find_loop.hpp"

namespace bulkhead::lane {
namespace {

template <Finds Wanted>
struct ScalarClassifier {
  static constexpr Finds kWanted = Wanted;
  static BlockMasks classify(const std::uint8_t* bytes) noexcept {
    BlockMasks m{};
    for (std::size_t i = 0; i < kBlock; ++i) {
      const std::uint64_t bit = 1ULL << i;
      const std::uint8_t sets = kByteSets.sets_of(bytes[i]);
      if ((sets & kSetDigit) != 0) m.digit |= bit;
      if ((sets & kSetSeparator) != 0) m.separator |= bit;
      if ((sets & kSetOpening) != 0) m.opening |= bit;
      if (has_short_runs(Wanted) && (sets & kSetLetter) != 0) m.letter |= bit;
      const bool anchor = anchors_at(bytes + i) != 0 || token_at(bytes + i) ||
                          (has_names(Wanted) && name_at(bytes + i));
      if ((sets & kSetAt) != 0 || anchor) m.point |= bit;
    }
    return m;
  }
};

}  // namespace

template <Finds Wanted>
std::size_t find_events_scalar(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_loop<ScalarClassifier<Wanted>>(from, length, positions);
}
template std::size_t find_events_scalar<Finds::secrets>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_scalar<Finds::short_runs_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_scalar<Finds::names_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_scalar<Finds::all>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;

}  // namespace bulkhead::lane
