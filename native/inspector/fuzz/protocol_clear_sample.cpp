// Bytes that no protocol explains: four bytes of seed, then what comes of one direction. How sure it is that they are in
// clear must not depend on how they are cut, and never sinks.
#include <algorithm>
#include <cstdlib>

#include "protocol/clear_sample.hpp"
#include "protocol_compare.hpp"

using namespace bulkhead;

namespace {

bool is_plain(std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f; }

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const std::uint32_t cut = fuzz::take_seed(input);
  ClearSample whole, cut_up;
  whole.take(input);
  Confidence sure = Confidence::none;
  fuzz::in_pieces(input, cut, [&](Bytes piece) {
    cut_up.take(piece);
    require(cut_up.confidence() >= sure);
    sure = cut_up.confidence();
  });
  require(whole.confidence() == cut_up.confidence());
  // Nothing is looked at behind what is sure.
  if (sure != Confidence::high) require(whole.seen() == input.size() && cut_up.seen() == input.size());

  constexpr std::size_t kSure = 16;
  const bool text = std::all_of(input.begin(), input.end(), is_plain);
  if (text && input.size() >= kSure) require(whole.confidence() == Confidence::high);
  if (text && input.size() >= kSure) require(ClearSample::of_whole(input) == Confidence::high);
  ClearSample over = cut_up, paused = cut_up;
  over.end();
  paused.pause();
  require(over.confidence() >= sure && paused.confidence() >= sure);
  return 0;
}
