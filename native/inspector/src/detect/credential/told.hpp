#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "detect/candidate.hpp"
#include "detect/char_class.hpp"

namespace bulkhead::detect::credential {

inline bool same_letters(std::string_view text, std::string_view lower_case) noexcept {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return static_cast<char>(lower(static_cast<std::uint8_t>(a))) == b; });
}

/// Whether a secret is missing, a stand-in for one, or masked already.
inline bool told_nothing(std::string_view secret) noexcept {
  for (const std::string_view stand_in : {"null", "undefined", "none", "redacted", "[redacted]", "<redacted>"})
    if (same_letters(secret, stand_in)) return true;
  return std::all_of(secret.begin(), secret.end(), [](char c) { return c == '*' || c == 'x' || c == 'X' || c == ' '; });
}

/// Where the datum stands, and what it is counted by.
inline void tell(Detection& detection, std::uint64_t offset, std::uint64_t length, std::string_view secret) noexcept {
  detection.offset = offset;
  detection.length = static_cast<std::uint32_t>(std::min<std::uint64_t>(length, UINT32_MAX));
  detection.fingerprint = fingerprint(static_cast<BuiltIn>(detection.detector),
                                      reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size());
}

}  // namespace bulkhead::detect::credential
