#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/char_class.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect {

/// Walks forward from an event. A byte that has not come yet reads as 0 and latches `pending`, so a judge checks once.
class Ahead {
 public:
  Ahead(const FieldView& view, const std::uint8_t* event, const std::uint8_t* from) noexcept
      : view_(view), limit_(event + kLookAhead), p_(from) {}

  [[nodiscard]] const std::uint8_t* at() const noexcept { return p_; }
  [[nodiscard]] bool pending() const noexcept { return pending_; }
  /// The bytes a judge may look at are used up.
  [[nodiscard]] bool exhausted() const noexcept { return p_ >= limit_; }

  std::uint8_t byte() noexcept {
    if (exhausted()) return 0;
    if (!view_.has(p_)) {
      pending_ = true;
      return 0;
    }
    return *p_;
  }
  void skip() noexcept { ++p_; }
  bool take(std::uint8_t wanted) noexcept {
    if (byte() != wanted || wanted == 0) return false;
    ++p_;
    return true;
  }
  bool take(std::string_view wanted) noexcept {
    for (const char c : wanted)
      if (!take(static_cast<std::uint8_t>(c))) return false;
    return true;
  }
  /// Steps over bytes of the class, at most `most`; returns how many.
  std::size_t run(std::uint8_t classes, std::size_t most = kLookAhead) noexcept {
    std::size_t n = 0;
    while (n < most && is(byte(), classes)) {
      ++p_;
      ++n;
    }
    return n;
  }

 private:
  const FieldView& view_;
  const std::uint8_t* limit_;
  const std::uint8_t* p_;
  bool pending_ = false;
};

}  // namespace bulkhead::detect
