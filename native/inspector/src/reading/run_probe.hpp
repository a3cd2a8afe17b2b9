#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "bulkhead/bytes.hpp"
#include "bulkhead/encoding.hpp"

namespace bulkhead::reading {

/// Bytes in front of a place that a probe may look at.
inline constexpr std::size_t kProbeLookBack = 192;

/// Text that is encoded as base64 or hex.
struct RunStart {
  Encoding encoding;
  std::size_t back;  ///< how many bytes before the end of what was probed it begins
  bool compressed;   ///< what it encodes begins as gzip, zlib or zstd do
};

/// Whether the last kRunHint bytes of `seen` encode text, at whatever place the groups of four (or two) begin, or begin
/// compressed data. Text: bytes that UTF-8 or UTF-16 has, nearly none of them controls. One in some thousand probes of
/// random letters passes, and Run then finds out.
std::optional<RunStart> probe_run(Bytes seen) noexcept;

/// Whether a run's first letters are those that gzip, zstd and zlib become in base64 and hex.
bool begins_compressed(Bytes run) noexcept;

/// Value of a letter of base64 or base64url, -1 for others.
int base64_value(std::uint8_t byte) noexcept;
int hex_value(std::uint8_t byte) noexcept;

}  // namespace bulkhead::reading
