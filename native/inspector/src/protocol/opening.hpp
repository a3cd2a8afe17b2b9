#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Tells from the first bytes of a direction what is spoken, byte by byte, after at most `kMost` of them.
///
/// Nothing is held back meanwhile: the caller hands the bytes on as they come, as the start of a head when
/// `may_be_http()` after the first byte and as raw bytes otherwise. Only when a promising start turns out to be no HTTP
/// the caller ends that short field and gives the same bytes again as the start of a raw stream, so that a datum never
/// straddles the two. All of it depends on the bytes alone.
class Opening {
 public:
  enum class Verdict : std::uint8_t { undecided, request, response, tls, ssh, raw };
  static constexpr std::uint8_t kMost = 24;

  /// Judges one more byte. Never called again after a verdict.
  Verdict step(std::uint8_t byte) noexcept;
  [[nodiscard]] bool may_be_http() const noexcept;
  [[nodiscard]] Bytes prefix() const noexcept { return {prefix_.data(), count_}; }

 private:
  [[nodiscard]] Verdict judge_token(std::uint8_t byte) const noexcept;

  std::uint8_t count_ = 0;
  std::uint8_t blanks_ = 0;  ///< in front of the first other byte
  std::uint8_t token_ = 0;   ///< length of the first word, once it is over
  std::array<std::uint8_t, kMost> prefix_{};
};

}  // namespace bulkhead
