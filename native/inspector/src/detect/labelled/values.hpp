#pragma once

#include "detect/candidate.hpp"
#include "detect/field_view.hpp"
#include "detect/labelled/label.hpp"

namespace bulkhead::detect::labelled {

/// Where a label's value would start.
struct Place {
  const FieldView& view;
  const std::uint8_t* event;  ///< within the label, or the value's first byte
  const std::uint8_t* start;
};

/// Adds the value at `place` when it looks as its label says.
Judged judge_value(const Place& place, const Label& label, Findings& found) noexcept;

// For values of one kind each. `certain`: the label is for nothing else.
Judged judge_aws_secret_key(const Place& place, bool certain, Findings& found) noexcept;
Judged judge_azure_access_key(const Place& place, Findings& found) noexcept;
Judged judge_datadog_key(const Place& place, bool certain, Findings& found) noexcept;

}  // namespace bulkhead::detect::labelled
