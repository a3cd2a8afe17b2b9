#pragma once

#include <cstdint>

#include "detect/char_class.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::detect {

/// Whether `p` (the first byte of a datum) can start one: not in the middle of a word, number or identifier.
/// The letter of an escape such as the \n of JSON is no letter.
inline bool starts_clean(const std::uint8_t* p) noexcept {
  const std::uint8_t before = p[-1];
  if (is(before, kAlnum)) {
    const bool escape = before == 'n' || before == 't' || before == 'r';
    return escape && p[-2] == '\\';
  }
  if (before == '_') return false;
  if (before == '.' || before == '-' || before == '+' || before == '/') return !is(p[-2], kAlnum);
  return true;
}

enum class Ending : std::uint8_t { clean, inside, pending };

/// Whether a number may end before `p`: what follows does not continue it.
inline Ending number_ends(const FieldView& view, const std::uint8_t* p) noexcept {
  if (!view.has(p)) return Ending::pending;
  const std::uint8_t after = *p;
  if (is(after, kAlnum) || after == '_') return Ending::inside;
  if (after != '.' && after != '-' && after != '+' && after != '/') return Ending::clean;
  if (!view.has(p + 1)) return Ending::pending;
  const bool goes_on = after == '.' ? is(p[1], kDigit) : is(p[1], kAlnum);
  return goes_on ? Ending::inside : Ending::clean;
}

}  // namespace bulkhead::detect
