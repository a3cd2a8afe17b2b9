#pragma once

#include <cstdint>
#include <string_view>

namespace bulkhead {

/// What the start line of a head says.
struct Http1Start {
  enum class Method : std::uint8_t { other, head, connect };
  Method method = Method::other;
  std::uint16_t status = 0;   ///< 0 when there is none to be read
  bool old_version = false;   ///< a response below HTTP/1.1, whose readers may not know of chunks
};

/// Reads as much of a start line as there is, tolerating what clients tolerate.
Http1Start read_http1_start(std::string_view line, bool response) noexcept;

}  // namespace bulkhead
