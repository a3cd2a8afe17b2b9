#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/candidate.hpp"
#include "detect/char_class.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect::secret {

/// Whether a token can start at `p`: not within a word. The letter of an escape such as the \n of JSON is no letter.
inline bool starts_token(const std::uint8_t* p) noexcept {
  const std::uint8_t before = p[-1];
  if (before == '_') return false;
  if (!is(before, kAlnum)) return true;
  return (before == 'n' || before == 't' || before == 'r') && p[-2] == '\\';
}

/// Whether [from, from + length) is as varied as what chance made, and not what documentation writes for a secret: one
/// character again and again, or the alphabet.
bool looks_random(const std::uint8_t* from, std::size_t length) noexcept;

/// Whether `name` (lower case) stands in the kContextBytes before `at`, in whatever case.
bool is_named(std::string_view name, const std::uint8_t* at) noexcept;

/// Adds [start, end), of which `shown` bytes may be seen, with its key and fingerprint.
void report(const FieldView& view, BuiltIn detector, const std::uint8_t* start, const std::uint8_t* end,
            std::size_t shown, Confidence confidence, bool known_test, Findings& found) noexcept;

}  // namespace bulkhead::detect::secret
