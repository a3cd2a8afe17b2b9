#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace bulkhead::sentinel {

/// More than the kernel tells of a path (PATH_MAX and what it appends); the rest is cut off.
inline constexpr std::size_t kMaxPathBytes = 4'352;

/// A path in units of UTF-16, as JavaScript would see it: what is no UTF-8 is U+FFFD, once for each sequence that ends early.
class PathText {
 public:
  PathText() noexcept = default;
  explicit PathText(std::string_view bytes) noexcept { assign(bytes); }

  void assign(std::string_view bytes) noexcept;
  [[nodiscard]] std::u16string_view view() const noexcept { return {units_.data(), size_}; }

 private:
  // A byte never becomes more than one unit.
  std::array<char16_t, kMaxPathBytes> units_;
  std::size_t size_ = 0;
};

}  // namespace bulkhead::sentinel
