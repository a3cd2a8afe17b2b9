#pragma once

#include <cstddef>
#include <cstdint>

#include "lane/find_events.hpp"

namespace bulkhead::lane {

/// Printable characters in a row that every datum has which Finds::secrets leads to,
/// with its event among them or right behind: "a@b.co" is the shortest.
inline constexpr std::size_t kLeastText = 6;

/// ASCII without control characters but the last one: exact enough, and one comparison.
constexpr bool is_printable(std::uint8_t byte) noexcept { return byte >= 0x20 && byte < 0x80; }

/// The events of Finds::secrets that stand among kLeastText printable bytes in a row, or right behind such. What is in
/// front of the chunk counts, as far back as a finder may look; what is behind it is taken to be printable.
std::size_t find_in_text_scalar(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept;
/// The same ones; needs what cpu_has_avx2 asks for. Faster than a FindEvents where text is rare.
std::size_t find_in_text_avx2(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept;
/// Likewise; needs what cpu_has_avx512 asks for.
std::size_t find_in_text_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept;

/// The fastest one this CPU can run.
FindEvents best_find_in_text() noexcept;

}  // namespace bulkhead::lane
