#pragma once

#include <cstddef>
#include <cstdint>

#include "reading/hints.hpp"

namespace bulkhead::reading {

/// As a FindHints, but without hints of escapes that come to nothing: pairs that are not among kTextAround characters of
/// text, which if_in_text() turns away, and NULs without another one two bytes behind. Of the last kLongestEscape bytes,
/// whose surroundings may not have come, it leaves nothing out. Faster where text is rare; needs what lane::cpu_has_avx2 asks for,
/// and lane::kTextSearchFrom bytes.
void find_hints_in_text_avx2(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept;
/// Likewise; needs what lane::cpu_has_avx512 asks for.
void find_hints_in_text_avx512(const std::uint8_t* from, std::size_t length, Bytes before, Hints& hints) noexcept;

/// The fastest one this CPU can run, or one that leaves nothing out.
FindHints best_find_hints_in_text() noexcept;

}  // namespace bulkhead::reading
