#pragma once

#include "detect/candidate.hpp"
#include "detect/char_class.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::record {

// Records about a person that their own form gives away.

/// Whether a date and its check digit, as a machine-readable travel document has them, may end before `event`.
inline bool may_end_travel_date(const std::uint8_t* event) noexcept {
  if (!is(*event, kUpper) && *event != '<') return false;
  for (int i = 1; i <= 7; ++i)
    if (!is(event[-i], kDigit)) return false;
  return !is(event[-8], kDigit | kLower);
}
/// `event` is such a byte.
Judged judge_mrz(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;

/// `event` is the '|' of "PID|".
Judged judge_hl7(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// `event` is the '*' of "NM1*".
Judged judge_x12(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// `event` is the first 't' of "Patient".
Judged judge_fhir(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;

}  // namespace bulkhead::detect::record
