#pragma once

#include "detect/candidate.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::wallet {

// Addresses of the two currencies that ransoms and thefts are paid in. Those that have a check of their own and an anchor
// are found anywhere, the others behind their names.

/// `event` is the first digit behind "0x": 20 bytes in hexadecimal. Capitals among its letters are the check of EIP-55; without any, a
/// word has to name it.
Judged judge_ethereum(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// `event` is the byte behind "bc1": a segregated-witness address (BIP-173, BIP-350).
Judged judge_bech32(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept;
/// What stands at `start` behind a name: an address of 25 bytes in base 58, the last four being a check.
Judged judge_base58(const FieldView& view, const std::uint8_t* event, const std::uint8_t* start, Findings& found) noexcept;

}  // namespace bulkhead::detect::wallet
