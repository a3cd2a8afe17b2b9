#pragma once

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace bulkhead {

/// Buckets of a chained hash table: heads only, the links are in the entries. Sized for its capacity at once, from
/// pages that the system supplies zeroed when they are first touched, so that an idle table costs nothing.
class HashIndex {
 public:
  explicit HashIndex(std::uint32_t capacity) noexcept {
    const std::uint32_t buckets = std::bit_ceil(capacity < 64 ? 64U : capacity);
    heads_.reset(static_cast<std::uint32_t*>(std::calloc(buckets, sizeof(std::uint32_t))));
    mask_ = heads_ ? buckets - 1 : 0;
    if (!heads_) heads_.reset(static_cast<std::uint32_t*>(std::calloc(1, sizeof(std::uint32_t))));
  }

  [[nodiscard]] std::uint32_t& head(std::uint64_t hash) noexcept {
    return heads_.get()[static_cast<std::uint32_t>(hash) & mask_];
  }

 private:
  struct Free {
    void operator()(std::uint32_t* heads) const noexcept { std::free(heads); }
  };
  std::unique_ptr<std::uint32_t, Free> heads_;
  std::uint32_t mask_ = 0;
};

}  // namespace bulkhead
