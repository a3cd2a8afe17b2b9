#pragma once

#include <algorithm>
#include <chrono>

namespace bulkhead::sentinel {

/// A share of a processor for what nobody waits for. What was not used is kept for a while, so that only who goes on and on is
/// slowed down.
class Allowance {
 public:
  using Clock = std::chrono::steady_clock;

  /// One part in so many of the time.
  static constexpr int kPart = 10;
  /// The time of which the share may be used at once.
  static constexpr std::chrono::seconds kKept{1};

  /// When more may be done.
  [[nodiscard]] Clock::time_point next() const noexcept { return paid_; }
  void spend(Clock::duration spent, Clock::time_point now) noexcept {
    paid_ = std::max(paid_, now - kKept) + spent * kPart;
  }

 private:
  Clock::time_point paid_;
};

}  // namespace bulkhead::sentinel
