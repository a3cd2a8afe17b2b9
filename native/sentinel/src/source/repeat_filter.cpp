#include "source/repeat_filter.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace bulkhead::sentinel {
namespace {

/// Everything but who exactly asked and when.
std::uint64_t mark_of(const Event& event) noexcept {
  std::uint64_t mark = (event.of_file ? 1U : 0U) | (event.blocked ? 2U : 0U) | (std::uint64_t{event.access} << 2U) |
                       (std::uint64_t{event.user} << 8U);
  for (const std::string* text : {&event.policy, &event.rule, &event.path, &event.executable}) {
    mark = (mark ^ std::hash<std::string_view>{}(*text)) * 0x9E3779B97F4A7C15U;
    mark ^= mark >> 29U;
  }
  return mark == 0 ? 1 : mark;
}

}  // namespace

RepeatFilter::Answer RepeatFilter::ask(const Event& event) noexcept {
  const std::uint64_t mark = mark_of(event);
  auto& line = lines_[mark % kLines];
  auto place = std::find_if(line.begin(), line.end(), [mark](const Place& held) { return held.mark == mark; });
  if (place != line.end() && event.at_ms - place->told_ms < kQuietMs) return Answer::kRepeated;
  if (!may_tell(event.at_ms)) return Answer::kTooMany;
  if (place == line.end()) {
    place = std::min_element(line.begin(), line.end(),
                             [](const Place& one, const Place& other) { return one.told_ms < other.told_ms; });
  }
  *place = {mark, event.at_ms};
  return Answer::kTell;
}

bool RepeatFilter::may_tell(std::int64_t now_ms) noexcept {
  // A clock that was set back fills nothing, one that was set ahead no more than a burst.
  const std::int64_t passed = std::clamp<std::int64_t>(now_ms - filled_ms_, 0, kBurst * 1'000 / kEachSecond);
  tokens_ = std::min(kBurst * 1'000, tokens_ + passed * kEachSecond);
  filled_ms_ = now_ms;
  if (tokens_ < 1'000) return false;
  tokens_ -= 1'000;
  return true;
}

}  // namespace bulkhead::sentinel
