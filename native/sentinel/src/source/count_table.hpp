#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "source/shared_total.hpp"

namespace bulkhead::sentinel {

/// How often each of some things was seen.
template <typename Thing>
struct Counts {
  struct Entry {
    Thing thing;
    std::uint64_t count = 0;
  };

  std::vector<Entry> entries;
  std::uint64_t not_counted = 0;  ///< what was seen and is none of these
};

/// What was seen in one container since it was last asked for. A thing has a path, and an order. For any thread.
template <typename Thing>
class CountTable {
 public:
  /// Different things between two times of asking; of a container with more they are counted as one number.
  static constexpr std::size_t kMost = 512;
  /// The same of all tables together: many containers may make up names.
  static constexpr std::size_t kMostOfAll = 16'384;
  /// A longer path is none that a rule is written of.
  static constexpr std::size_t kMaxPath = 1'024;

  /// `of_all` is of the things that all tables have, and outlives them.
  explicit CountTable(SharedTotal& of_all) noexcept : of_all_(of_all) {}
  ~CountTable() { of_all_.give_back(counts_.size()); }
  CountTable(const CountTable&) = delete;
  CountTable& operator=(const CountTable&) = delete;

  /// One without a path has no name that can be told.
  void add(Thing thing) noexcept {
    if (thing.path.empty() || thing.path.size() > kMaxPath) return leave_out();
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(thing);
    if (found != counts_.end()) {
      ++found->second;
    } else if (counts_.size() < kMost && of_all_.take(counts_.size(), 1)) {
      counts_.emplace(std::move(thing), 1);
    } else {
      ++not_counted_;
    }
  }

  /// Something was seen of which nothing is known.
  void leave_out() noexcept {
    const std::lock_guard lock(mutex_);
    ++not_counted_;
  }

  [[nodiscard]] Counts<Thing> take() noexcept {
    std::map<Thing, std::uint64_t> counts;
    Counts<Thing> taken;
    {
      const std::lock_guard lock(mutex_);
      counts.swap(counts_);
      of_all_.give_back(counts.size());
      taken.not_counted = std::exchange(not_counted_, 0);
    }
    taken.entries.reserve(counts.size());
    while (!counts.empty()) {
      auto entry = counts.extract(counts.begin());
      taken.entries.push_back({std::move(entry.key()), entry.mapped()});
    }
    return taken;
  }

 private:
  SharedTotal& of_all_;
  std::mutex mutex_;
  std::map<Thing, std::uint64_t> counts_;
  std::uint64_t not_counted_ = 0;
};

}  // namespace bulkhead::sentinel
