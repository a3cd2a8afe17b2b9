#pragma once

#include <cstdint>

#include "detect/candidate.hpp"
#include "detect/detector_set.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::identity {

// National, tax, health and other numbers that identify somebody or something of theirs. Few of them prove anything by
// themselves: what counts is what the words around them say, so that is what is looked at first.

/// `event` is the first byte after a group of digits; for `digits` see digits_before().
Judged judge_number(const FieldView& view, const std::uint8_t* event, std::uint64_t digits, const DetectorSet& enabled,
                    Findings& found) noexcept;

/// `event` is a byte of a run of capital letters and digits, or the byte behind one.
Judged judge_token(const FieldView& view, const std::uint8_t* event, const DetectorSet& enabled,
                   Findings& found) noexcept;

}  // namespace bulkhead::detect::identity
