#pragma once

#include "detect/candidate.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::secret {

/// Judges the password of "scheme://user:password@host" (RFC 3986 §3.2.1), as databases, brokers and other services are
/// addressed. `event` is the '@'.
Judged judge_url_password(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;

}  // namespace bulkhead::detect::secret
