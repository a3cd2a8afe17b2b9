#pragma once

#include "detect/candidate.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::secret {

/// Judges the signature of a shared access signature of Azure: "sig=" and an HMAC-SHA-256 as base64, perhaps
/// percent-encoded, among the parameters that every such signature covers. `event` is the '='.
Judged judge_azure_sas(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;

}  // namespace bulkhead::detect::secret
