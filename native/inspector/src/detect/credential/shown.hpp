#pragma once

#include <string_view>

#include "bulkhead/detection.hpp"

namespace bulkhead::detect::credential {

/// Makes `detection` show `name` and stars for the secret: "ann:********". The number of stars says nothing.
///
/// A name may be what must not be shown: of a long one, an address, or one that may be a datum itself (see telling.hpp)
/// there are stars alone, of one that holds the secret nothing.
void show_login(Detection& detection, std::string_view name, std::string_view secret) noexcept;

/// Makes `detection` carry the name of a header or cookie as its key, under the same rules.
void show_key(Detection& detection, std::string_view name, std::string_view secret) noexcept;

}  // namespace bulkhead::detect::credential
