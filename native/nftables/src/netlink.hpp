#pragma once

#include <string>
#include <string_view>

#include "bulkhead/command_run.hpp"

namespace bulkhead::nftables {

/// What an errno of a socket, or of entering a namespace, means for the caller.
Outcome outcome_of(int error, Outcome otherwise) noexcept;

std::string describe_error(std::string_view what, int error) noexcept;

}  // namespace bulkhead::nftables
