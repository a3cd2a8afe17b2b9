#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/candidate.hpp"

namespace bulkhead::detect::labelled {

/// A name that says what its value is: a value that nothing gives away by itself is looked for behind such names only. Letters and digits of the name in lower case, without what separates its words.
struct Label {
  std::string_view text;
  BuiltIn detector;  ///< of its value
  bool certain;      ///< nothing else is called so
  /// The letters of the one anchor by which it is noticed, where it may hold several; empty: it holds one at most.
  std::string_view anchor = {};
};

/// The label that the name ending at `end` ends in, whole words of it; null when there is none. "AWS_SECRET_ACCESS_KEY",
/// "secretAccessKey" and "secret access key" end in the same one. Reads kMaxLabelBytes before `end`.
const Label* label_ending_at(const std::uint8_t* end) noexcept;

inline constexpr std::size_t kMaxLabelBytes = 48;

}  // namespace bulkhead::detect::labelled
