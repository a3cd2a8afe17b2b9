#pragma once

#include "detect/candidate.hpp"
#include "detect/detector_set.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::labelled {

/// `event` is a byte within a name that may be a label (see lane/anchors.hpp): finds where the name ends and what value
/// stands behind it.
Judged judge_label(const FieldView& view, const std::uint8_t* event, const DetectorSet& enabled,
                   Findings& found) noexcept;

}  // namespace bulkhead::detect::labelled
