#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulkhead::sentinel {

/// A pattern over whole paths: `*` stands for any run of characters, `/` included, `?` for one, everything else for itself.
/// Characters are units of UTF-16, so that a path is judged here as the same globs judge it in policies.
class Glob {
 public:
  explicit Glob(std::u16string text) noexcept;

  /// Time is at most the product of both lengths: there is no going back beyond the last `*`.
  [[nodiscard]] bool matches(std::u16string_view path) const noexcept;
  /// Whether it matches every path.
  [[nodiscard]] bool is_any() const noexcept { return text_ == u"*"; }

 private:
  std::u16string text_;
  std::size_t prefix_;  ///< characters before the first wildcard
  std::size_t suffix_;  ///< characters after the last one; none where there is no wildcard
};

}  // namespace bulkhead::sentinel
