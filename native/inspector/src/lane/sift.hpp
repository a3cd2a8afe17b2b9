#pragma once

#include <cstddef>
#include <cstdint>

#include "detect/identity/number_ends.hpp"
#include "detect/number_filter.hpp"

namespace bulkhead::lane {

/// Whether an address or a password, which may end in nearly anything, can end in the byte. Quotes open the names of code's
/// packages far more often.
[[gnu::always_inline]] constexpr bool may_precede_at(std::uint8_t byte) noexcept {
  return (static_cast<std::uint8_t>(byte - '!') <= '~' - '!') & (byte != '"') & (byte != '\'') & (byte != '/');
}

/// Removes from `positions` (of `from`, in order) the ends of numbers that no wanted datum has, and every '@' behind a
/// byte that neither an address nor a password has there; returns how many are left. Numbers are by far the most events of text, and '@' of
/// bytes that are none; nearly all of them go here, so it is done for all at once, without a branch whose outcome
/// depends on the bytes. Reads kDigitHistory bytes and two more before each position, and the one there.
using SiftEvents = std::size_t (*)(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                                   detect::NumbersWanted wanted) noexcept;

std::size_t sift_scalar(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept;
/// Same outcome; needs AVX2, BMI and LZCNT. Elsewhere than on x86-64 it is the scalar one.
std::size_t sift_avx2(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                      detect::NumbersWanted wanted) noexcept;
/// Same outcome; needs what cpu_has_avx512 asks for. Elsewhere than on x86-64 it is the scalar one.
std::size_t sift_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                        detect::NumbersWanted wanted) noexcept;

/// The fastest one this CPU can run.
SiftEvents best_sift() noexcept;

/// The same, which also lists in `numbers` those of `positions` that `ends` may have a way for, whatever is before the number:
/// how many digits there are and the byte behind them are at hand in a sift. Returns in `listed` how many.
using SiftListing = std::size_t (*)(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                                    detect::NumbersWanted wanted, const detect::identity::NumberEnds& ends,
                                    std::uint16_t* numbers, std::size_t& listed) noexcept;

/// Needs what cpu_has_avx512 asks for. Elsewhere than on x86-64 it lists them all.
std::size_t sift_listing_avx512(const std::uint8_t* from, std::uint16_t* positions, std::size_t count,
                                detect::NumbersWanted wanted, const detect::identity::NumberEnds& ends,
                                std::uint16_t* numbers, std::size_t& listed) noexcept;
/// Null where listing them is no gain.
SiftListing best_sift_listing() noexcept;

}  // namespace bulkhead::lane
