#pragma once

#include "detect/candidate.hpp"
#include "detect/detector_set.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::secret {

/// Judges the tokens of token_forms() whose anchor ends at `event`.
Judged judge_token(const FieldView& view, const std::uint8_t* event, const DetectorSet& enabled,
                   Findings& found) noexcept;

}  // namespace bulkhead::detect::secret
