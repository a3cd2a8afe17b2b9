#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::detect {

inline constexpr std::size_t kMaxPhoneDigits = 15;  // E.164

/// A country code of E.164 and how many digits its national numbers have.
struct DialCode {
  std::uint8_t digits = 0;  ///< of the code itself; 0: not assigned
  std::uint8_t min = 0;
  std::uint8_t max = 0;
};

/// The code that a number (digits without '+', at least three) starts with.
DialCode dial_code(const std::uint8_t* digits) noexcept;

/// Rules of the North American plan for ten digits: area and exchange start with 2-9 and are no service codes.
bool is_north_american(const std::uint8_t* digits) noexcept;

}  // namespace bulkhead::detect
