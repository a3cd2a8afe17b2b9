#pragma once

#include <cstddef>
#include <cstdint>

#include "bulkhead/scanner.hpp"

namespace bulkhead::detect {

/// Bytes after a candidate's event that may still decide it; a candidate is judged at the latest when they are there.
inline constexpr std::size_t kLookAhead = 96;
/// Bytes before an event that a judge may read: the longest datum, the context in front of it, and a few bytes more
/// that tell whether that context starts with a whole word.
inline constexpr std::size_t kLookBack = kContextBytes + kMaxToken + 8;

/// A contiguous piece of a field, as judges see it.
///
/// kLookBack bytes before any event are readable (zeros before the field's first byte). When `final`, the field ends
/// at `end` and kLookAhead zeros after it are readable; otherwise nothing at or after `end` may be read.
struct FieldView {
  const std::uint8_t* base;
  const std::uint8_t* end;
  std::int64_t origin;  ///< field offset of `base`; negative when zeros stand in for bytes before the field
  bool final;

  /// Whether `p` may be read now; if not, the candidate waits for more bytes.
  [[nodiscard]] bool has(const std::uint8_t* p) const noexcept { return final || p < end; }
  [[nodiscard]] std::uint64_t offset_of(const std::uint8_t* p) const noexcept {
    return static_cast<std::uint64_t>(origin + (p - base));
  }
};

enum class Judged : std::uint8_t { decided, pending };

}  // namespace bulkhead::detect
