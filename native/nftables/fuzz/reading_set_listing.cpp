#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "reading/set_listing.hpp"

using namespace bulkhead::nftables;

namespace {

constexpr std::uint32_t kSequence = 1;

/// Room for so few elements that short inputs reach the bound.
constexpr std::size_t kRoom = 2;

}  // namespace

/// Any bytes as what the kernel answers about a set: no crash, keys within their bounds, no more elements than bytes
/// could hold or the bound allows, and an end that is none or an errno.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kShortestElement = 32;
  std::vector<SetCount> counts;
  const auto end = take_listing({data, size}, kSequence, counts);
  if (end && *end < 0) std::abort();
  if (counts.size() > std::min(kMaxSetElements, size / kShortestElement)) std::abort();
  for (const SetCount& count : counts) {
    if (count.key_bytes == 0 || count.key_bytes > kMaxSetKeyBytes) std::abort();
  }

  static std::vector<SetCount> nearly_full;
  nearly_full.resize(kMaxSetElements - kRoom);
  if (take_listing({data, size}, kSequence, nearly_full) != end) std::abort();
  const auto added = std::span(nearly_full).subspan(kMaxSetElements - kRoom);
  if (added.size() != std::min(counts.size(), kRoom)) std::abort();
  if (!std::equal(added.begin(), added.end(), counts.begin())) std::abort();
  return 0;
}
