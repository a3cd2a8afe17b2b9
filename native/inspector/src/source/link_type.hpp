#pragma once

#include <cstdint>
#include <string>

namespace bulkhead {

/// Whether packets of this LINKTYPE_* number can be decoded.
[[nodiscard]] bool is_decoded_link_type(std::uint32_t number) noexcept;

/// One line that names the link type and the supported ones.
[[nodiscard]] std::string unsupported_link_type_message(std::uint32_t number);

}  // namespace bulkhead
