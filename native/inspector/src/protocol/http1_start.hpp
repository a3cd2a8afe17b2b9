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

/// A start line as it comes: how it begins and how it ends, in fixed memory.
class Http1StartLine {
 public:
  void reset() noexcept { *this = {}; }
  void add(Bytes bytes) noexcept;
  /// Longer than any server or client reads.
  [[nodiscard]] bool endless() const noexcept { return size_ > kMost; }
  /// Reads the line, of which nothing more comes, tolerating what clients tolerate.
  [[nodiscard]] Http1Start read(bool response) const noexcept;

 private:
  static constexpr std::uint32_t kMost = 256U << 10;
  static constexpr std::size_t kBegin = 64, kEnd = 16;

  std::array<char, kBegin> begin_{};
  std::array<char, kEnd> end_{};
  std::uint32_t size_ = 0;  ///< stands still behind kMost
};

}  // namespace bulkhead
