#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/candidate.hpp"
#include "detect/detector_set.hpp"

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

/// Whether a label of one of the detectors may be what the name ending at `end` ends in: true wherever label_ending_at finds one.
/// Most names end in letters that no wanted label does, or are too short. Reads kMaxLabelBytes before `end`.
bool may_end_label_of(const std::uint8_t* end, const DetectorSet& detectors) noexcept;

inline constexpr std::size_t kMaxLabelBytes = 48;

}  // namespace bulkhead::detect::labelled
