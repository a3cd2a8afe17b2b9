#pragma once

#include <cstddef>
#include <cstdint>

#include "detect/identity/number_ends.hpp"
#include "detect/identity/quiet_keys.hpp"

namespace bulkhead::lane {

/// Copies to `named` those of `positions` (of `from`, in order) that end a group of digits which the words around it
/// may name, and returns how many: those that `ends` has a way for, but for parts of something longer, and for values of keys
/// that are known to be quiet unless such digits may need no word (kAloneDigits, or a capital letter behind). `named` may be
/// where `positions` are. Reads kNamedLookBack bytes before each position and the one there.
using SelectNamed = std::size_t (*)(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                    std::uint16_t* named, const detect::identity::NumberEnds& ends,
                                    detect::identity::QuietKeys& quiet) noexcept;

inline constexpr std::size_t kMaxNamedDigits = detect::identity::NumberEnds::kLongest;
/// So many digits may be a datum whatever their key says (see identity::digits_may_stand_alone).
inline constexpr std::size_t kAloneDigits = 18;
/// A vector of digits, and the key in front of them.
inline constexpr std::size_t kNamedLookBack = 32 + detect::identity::QuietKeys::kBytes;

std::size_t select_named_scalar(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                std::uint16_t* named, const detect::identity::NumberEnds& ends,
                                detect::identity::QuietKeys& quiet) noexcept;
/// Same outcome; needs AVX2, BMI and LZCNT. Elsewhere than on x86-64 it is the scalar one.
std::size_t select_named_avx2(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                              std::uint16_t* named, const detect::identity::NumberEnds& ends,
                              detect::identity::QuietKeys& quiet) noexcept;
/// Same outcome; needs what cpu_has_avx512 asks for. Elsewhere than on x86-64 it is the scalar one.
std::size_t select_named_avx512(const std::uint8_t* from, const std::uint16_t* positions, std::size_t count,
                                std::uint16_t* named, const detect::identity::NumberEnds& ends,
                                detect::identity::QuietKeys& quiet) noexcept;

/// The fastest one this CPU can run.
SelectNamed best_select_named() noexcept;

}  // namespace bulkhead::lane
