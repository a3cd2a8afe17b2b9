#pragma once

#include <string>
#include <string_view>

#include "bulkhead/command_run.hpp"

namespace bulkhead::nftables {

/// A socket that hears the kernel alone, for the caller to close; -1 with errno. One that is not connected also gets
/// what anybody sends who may change the rules of the namespace.
int open_netfilter_socket() noexcept;

/// What an errno of a socket, or of entering a namespace, means for the caller.
Outcome outcome_of(int error, Outcome otherwise) noexcept;

std::string describe_error(std::string_view what, int error) noexcept;

}  // namespace bulkhead::nftables
