#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Tells from the first bytes of a direction what is spoken, byte by byte, after at most `kMost` of them.
///
/// A start that may be HTTP is not held back: the caller hands its bytes on as they come, as the start of a head. When
/// it turns out to be none the caller ends that short field and gives the same bytes again as the start of what it is,
/// so that a datum never straddles the two. Any other start is held while a protocol's fixed first bytes match it;
/// those leave no room for a datum. All of it depends on the bytes alone.
class Opening {
 public:
  enum class Verdict : std::uint8_t { undecided, request, response, tls, ssh, known, raw };
  static constexpr std::uint8_t kMost = 24;

  Opening() = default;
  /// `upgraded`: both sides agreed to leave HTTP, so that what follows is none, and may be what is only spoken then.
  Opening(Direction direction, bool upgraded) noexcept;

  /// Judges one more byte. Never called again after a verdict.
  Verdict step(std::uint8_t byte) noexcept;
  [[nodiscard]] Bytes prefix() const noexcept { return {prefix_.data(), count_}; }
  /// How many bytes of the prefix may have been the start of an HTTP head.
  [[nodiscard]] std::size_t http_bytes() const noexcept { return http_bytes_; }
  /// With Verdict::known: the protocol's index in the table.
  [[nodiscard]] std::uint8_t entry() const noexcept { return entry_; }

 private:
  [[nodiscard]] Verdict judge_http(std::uint8_t byte) noexcept;
  [[nodiscard]] Verdict judge_token(std::uint8_t byte) const noexcept;
  [[nodiscard]] bool may_be_http() const noexcept;
  /// Asks the protocols that are still possible.
  [[nodiscard]] Verdict judge_table() noexcept;

  std::uint64_t possible_ = 0;  ///< bit i: entry i of the table
  std::uint8_t count_ = 0;
  std::uint8_t blanks_ = 0;  ///< in front of the first other byte
  std::uint8_t token_ = 0;   ///< length of the first word, once it is over
  std::uint8_t http_bytes_ = 0;
  std::uint8_t entry_ = 0;
  bool http_ = true;  ///< still possible
  Direction direction_ = Direction::request;
  std::array<std::uint8_t, kMost> prefix_{};
};

}  // namespace bulkhead
