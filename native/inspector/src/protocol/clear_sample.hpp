#pragma once

#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "bulkhead/detection.hpp"

namespace bulkhead {

/// Tells from samples whether bytes that no known protocol explains can be ciphertext.
///
/// Every kStride bytes of a direction the next kWindow are looked at. Ciphertext is as good as random: that 16 random
/// bytes are all ASCII text happens once in 5 million streams, that 56 of 64 are hardly ever; nor do 8 of 64 come out
/// as zeros. So text is sure (high); windows rich in zeros are a binary protocol (medium, once there are three, and
/// more of them than of others: the opening of a protocol that then encrypts has them too); what looks random proves
/// nothing (low). How the bytes are cut does not matter, but for `pause`.
class ClearSample {
 public:
  void take(Bytes bytes) noexcept;
  /// What came is about to be forwarded: a line too short for a sample is judged as it is.
  void pause() noexcept;
  /// The direction is over.
  void end() noexcept;

  [[nodiscard]] Confidence confidence() const noexcept { return confidence_; }
  [[nodiscard]] std::uint64_t seen() const noexcept { return offset_; }

  /// A datagram, or another text that is there as a whole: high for text, low for anything else.
  [[nodiscard]] static Confidence of_whole(Bytes bytes) noexcept;

 private:
  static constexpr std::uint64_t kStride = 1024;
  static constexpr std::uint8_t kWindow = 64;

  void judge_window() noexcept;
  void raise(Confidence confidence) noexcept {
    if (confidence > confidence_) confidence_ = confidence;
  }
  [[nodiscard]] bool only_text(std::uint8_t at_least) const noexcept { return count_ >= at_least && text_ == count_; }

  std::uint64_t offset_ = 0;
  std::uint16_t structured_ = 0, other_ = 0;  ///< windows
  std::uint8_t count_ = 0, text_ = 0, zeros_ = 0;  ///< bytes of the open window
  Confidence confidence_ = Confidence::none;
};

}  // namespace bulkhead
