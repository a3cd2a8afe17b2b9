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

Judged judge_date_of_birth(const Place& place, Findings& found) noexcept;
Judged judge_de_identity_card(const Place& place, Findings& found) noexcept;
Judged judge_bare_rut(const Place& place, Findings& found) noexcept;
Judged judge_postal_address(const Place& place, Findings& found) noexcept;
Judged judge_bic(const Place& place, Findings& found) noexcept;
Judged judge_cusip(const Place& place, Findings& found) noexcept;
Judged judge_ip_address(const Place& place, Findings& found) noexcept;
Judged judge_mac_address(const Place& place, Findings& found) noexcept;
Judged judge_coordinates(const Place& place, Findings& found) noexcept;
Judged judge_icd10(const Place& place, Findings& found) noexcept;

/// A value that is done: [place.start, end), of which the last `shown` bytes may be seen. Two values whose letters
/// and digits are equal count as one.
struct NamedValue {
  BuiltIn detector;
  const std::uint8_t* end;
  std::size_t shown;
  Confidence confidence;
  bool known_test = false;
};
void add_named(const Place& place, const NamedValue& value, Findings& found) noexcept;

}  // namespace bulkhead::detect::labelled
