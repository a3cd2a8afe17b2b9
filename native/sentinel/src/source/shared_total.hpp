#pragma once

#include <atomic>
#include <cstddef>

namespace bulkhead::sentinel {

/// How much all containers have of something that is bounded. Half of it is for who comes first; beyond that a container
/// has no more than a small share, so that a few do not take what all others are counted by. As long as there are no more
/// than 256 containers none is refused what is within its share. For any thread.
class SharedTotal {
 public:
  /// Twice as many as containers whose shares are certain: a node has 110 pods, unless its kubelet is told otherwise.
  static constexpr std::size_t kShares = 512;

  explicit SharedTotal(std::size_t most) noexcept : most_(most) {}
  SharedTotal(const SharedTotal&) = delete;
  SharedTotal& operator=(const SharedTotal&) = delete;

  /// For one that has `own`: whether so many more are its from now on, all or none.
  [[nodiscard]] bool take(std::size_t own, std::size_t more) noexcept {
    std::size_t taken = taken_;
    do {
      if (more > most_ - taken) return false;
      const bool is_early = taken + more <= most_ / 2;
      if (!is_early && own + more > most_ / kShares) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + more));
    return true;
  }
  void give_back(std::size_t count) noexcept { taken_ -= count; }
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace bulkhead::sentinel
