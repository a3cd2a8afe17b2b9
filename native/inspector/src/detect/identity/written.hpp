#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "detect/char_class.hpp"
#include "detect/identity/rules.hpp"

namespace bulkhead::detect::identity {

/// One way of writing one rule's number, as the judge looks for it.
struct Written {
  std::string_view text;
  std::uint8_t rule = 0;
  std::uint8_t event = 0;  ///< where in `text` the lane's event is; only for texts with separators
  bool stands_alone = false;
  bool by_digits = false;  ///< the end of a group of digits may be its first event; false where two letters and a digit always are
  bool by_short_run = false;  ///< likewise, and six digits in a row may be all that makes it one (see lane/find_events.hpp)
};

/// Ways of writing by what is known at an event. Digits alone: by their count. Letters and digits: by their count.
/// With separators: by the size of the group of digits that the event follows, 0 where it follows two letters.
std::span<const Written> of_digits(std::size_t count) noexcept;
std::span<const Written> of_letters(std::size_t count) noexcept;
std::span<const Written> of_groups(std::size_t last_group) noexcept;

/// No way of writing is longer.
inline constexpr std::size_t kMaxWritten = 20;

/// Whether some way of writing with this many digits alone needs no word.
bool digits_may_stand_alone(std::size_t count) noexcept;

/// Whether the byte may stand where the pattern has `wanted`.
inline bool fits(char wanted, std::uint8_t byte) noexcept {
  switch (wanted) {
    case 'd':
      return is(byte, kDigit);
    case 'L':
      return is(byte, kUpper);
    case 'X':
      return is(byte, kUpper | kDigit);
    case 'K':
      return is(byte, kDigit) || byte == 'K' || byte == 'k' || byte == 'A';
    case 'Z':
      return byte >= 'X' && byte <= 'Z';
    default:
      return byte == static_cast<std::uint8_t>(wanted);
  }
}

}  // namespace bulkhead::detect::identity
