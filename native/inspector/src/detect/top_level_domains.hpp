#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::detect {

/// Whether a domain's last label is a top-level domain that mail is sent to: the country codes, the generic domains
/// in common use, and internationalised ones (xn--). File endings such as png or json are none.
bool is_top_level_domain(const std::uint8_t* label, std::size_t length) noexcept;

}  // namespace bulkhead::detect
