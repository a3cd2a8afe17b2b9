#include "netlink.hpp"

#include <cerrno>
#include <cstring>

namespace bulkhead::nftables {

Outcome outcome_of(int error, Outcome otherwise) noexcept {
  switch (error) {
    case EPERM:
    case EACCES:
      return Outcome::kNotPermitted;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return Outcome::kNoResources;
    default:
      return otherwise;
  }
}

std::string describe_error(std::string_view what, int error) noexcept {
  char buffer[128];
  // The GNU strerror_r returns the text, which may or may not be in the buffer.
  return std::string(what).append(": ").append(strerror_r(error, buffer, sizeof buffer));
}

}  // namespace bulkhead::nftables
