#pragma once

#include "bulkhead/bytes.hpp"
#include "bulkhead/program.hpp"

namespace bulkhead::detect {

/// Whether a match of a user's pattern passes the check the user asked for. Checks look at letters and digits only,
/// whatever separates them, and those of digits at digits only; a match without any fails.
///
/// luhn: ISO/IEC 7812-1. mod97: ISO/IEC 7064 MOD 97-10, letters from 10, remainder 1. mod11: weights 1, 2, 3 … from the
/// right, sum divisible by 11, an X at the end is 10. verhoeff: remainder 0. entropy: at least 3 bits a character.
bool passes(ValueCheck check, Bytes match) noexcept;

}  // namespace bulkhead::detect
