#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "detect/candidate.hpp"
#include "detect/secret/byte_sets.hpp"

namespace bulkhead::detect::secret {

/// Bytes of one kind, and what joins them to the next run: 0 behind the last.
struct Run {
  ByteSet set = nullptr;
  std::uint8_t least = 0, most = 0;
  char then = '\0';
};

/// Whether the bytes behind the prefix satisfy the issuer's own check.
using TokenCheck = bool (*)(const std::uint8_t* from, std::size_t length) noexcept;

/// How one issuer writes its tokens: `prefix`, then the runs of `body`, bounded on both sides.
struct TokenForm {
  BuiltIn detector;
  std::string_view prefix;
  /// Index in `prefix` of the byte at which the lane notices it (see lane/anchors.hpp); at least 2.
  std::uint8_t event;
  std::array<Run, 3> body;
  TokenCheck check = nullptr;
  /// What stands in front of the prefix and belongs to the token.
  Run before{};
  /// What such a `before` begins with, and may be shown.
  std::string_view begins{};
  /// What it is worth by itself; one whose form others use too is surer where its issuer is named in front.
  Confidence alone = Confidence::high;
  std::string_view issuer{};
};

/// All of them.
std::span<const TokenForm> token_forms() noexcept;

}  // namespace bulkhead::detect::secret
