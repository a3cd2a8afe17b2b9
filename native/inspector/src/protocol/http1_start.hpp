#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// What the start line of a head says.
struct Http1Start {
  enum class Method : std::uint8_t { other, head, connect };
  Method method = Method::other;
  std::uint16_t status = 0;   ///< 0 when there is none to be read
  bool old_version = false;   ///< a response below HTTP/1.1, whose readers may not know of chunks
  bool malformed = false;     ///< no request-line or status-line of RFC 9112, blanks and letter case aside
};

/// No server and no client reads a longer one.
inline constexpr std::uint32_t kMostStartLine = 256U << 10;

/// What is looked at of one, however it comes.
inline constexpr std::size_t kStartLineBegin = 64, kStartLineEnd = 16;

/// Reads a start line that is there whole, tolerating what clients tolerate.
Http1Start read_http1_start(std::string_view line, bool response) noexcept;

/// A start line that comes in pieces: how it begins and how it ends, in fixed memory.
class Http1StartLine {
 public:
  void reset() noexcept { size_ = 0; }  // what stands in the rest is never read
  void add(Bytes bytes) noexcept;
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool endless() const noexcept { return size_ > kMostStartLine; }
  /// Reads the line, of which nothing more comes, as `read_http1_start` would.
  [[nodiscard]] Http1Start read(bool response) const noexcept;

 private:
  std::array<char, kStartLineBegin> begin_;
  std::array<char, kStartLineEnd> end_;
  std::uint32_t size_ = 0;  ///< stands still behind kMostStartLine
};

}  // namespace bulkhead
