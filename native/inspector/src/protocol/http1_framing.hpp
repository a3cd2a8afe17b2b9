#pragma once

#include <cstdint>

namespace bulkhead {

/// What the fields of one HTTP/1 head say about the body that follows, read the way lenient clients read it.
struct Http1Framing {
  std::uint64_t shortest = 0;        ///< of the lengths given
  std::uint64_t longest = 0;
  bool has_length = false;
  bool chunked = false;
  bool transfer_encoding = false;    ///< a Transfer-Encoding field of whatever value
  bool doubtful = false;             ///< another reader could cut this message differently
  bool unsupported = false;          ///< names an encoding that is not decoded
  std::uint8_t encodings = 0;        ///< content and transfer encodings that could be deflate, gzip or zstd
  std::uint8_t brotli = 0;           ///< content and transfer encodings that are brotli

  [[nodiscard]] bool lengths_differ() const noexcept { return has_length && shortest != longest; }
  [[nodiscard]] bool says_anything() const noexcept { return has_length || transfer_encoding; }
};

}  // namespace bulkhead
