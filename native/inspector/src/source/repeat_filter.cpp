#include "source/repeat_filter.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

/// Spreads every bit of a value over all others (the finaliser of splitmix64).
std::uint64_t spread(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace

bool RepeatFilter::skips(const Event& finding, std::uint64_t session) noexcept {
  const Detection& detection = *finding.detection;
  const std::uint64_t how = std::uint64_t{detection.detector} << 32 | std::uint64_t{finding.sensor} << 16 |
                            static_cast<std::uint64_t>(finding.verdict) << 8 |
                            static_cast<std::uint64_t>(finding.direction);
  std::uint64_t mark = spread(detection.fingerprint ^ spread(session ^ spread(how)));
  if (mark == 0) mark = 1;  // 0 is an empty place
  auto& marks = lines_[mark % kLines].marks;
  if (finding.verdict == Verdict::allow || std::find(marks.begin(), marks.end(), mark) != marks.end()) {
    ++skipped_;
    return true;
  }
  const auto empty = std::find(marks.begin(), marks.end(), std::uint64_t{0});
  if (empty != marks.end())
    *empty = mark;
  else
    marks[next_++ % kPlaces] = mark;
  return false;
}

}  // namespace bulkhead
