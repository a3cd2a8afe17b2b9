#pragma once

#include <cstdint>
#include <string_view>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// What a control connection says of the session that will carry its next file.
struct Announcement {
  enum class Kind : std::uint8_t {
    at_server,  ///< the client will connect to the server, at `port`
    at_client,  ///< the server will connect to the client, at `port`
    name,       ///< of what goes over it: `name`
  };
  Kind kind;
  std::uint16_t port = 0;
  bool has_address = false;  ///< without one it is that of the control connection
  Address address;
  std::string_view name;     ///< valid during the call
};

}  // namespace bulkhead
