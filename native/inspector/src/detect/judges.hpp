#pragma once

#include <cstdint>

#include "detect/candidate.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect {

// A judge is called with the byte at which a lane noticed something, decides whether a datum stands there, and adds
// it to `found`. It reads kLookBack bytes back and kLookAhead ahead at most, keeps no state, and says `pending` when
// the answer lies in bytes that have not come yet.

/// `event` is the first byte after a group of digits; for `digits` see digits_before().
Judged judge_card(const FieldView& view, const std::uint8_t* event, std::uint64_t digits, Findings& found) noexcept;
Judged judge_ssn(const FieldView& view, const std::uint8_t* event, std::uint64_t digits, Findings& found) noexcept;
Judged judge_phone_national(const FieldView& view, const std::uint8_t* event, std::uint64_t digits,
                            Findings& found) noexcept;

/// `event` is the '@'.
Judged judge_email(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// `event` is the digit after a '+'.
Judged judge_phone_international(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// `event` is the digit after a '('.
Judged judge_phone_parenthesised(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// `event` is the first check digit.
Judged judge_iban(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// `event` is the third byte of a token's anchor (see lane/anchors.hpp).
Judged judge_jwt(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
Judged judge_private_key(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
Judged judge_aws_access_key(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
Judged judge_github_token(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
Judged judge_slack_token(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
Judged judge_stripe_key(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;

}  // namespace bulkhead::detect
