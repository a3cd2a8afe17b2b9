#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "protocol/http1_framing.hpp"

namespace bulkhead {

/// The header fields that decide where a body ends and how it is encoded.
enum class FramingHeader : std::uint8_t { none, content_length, content_encoding, transfer_encoding };

/// Reads the value of one framing header byte by byte, across cuts and folded lines.
class Http1Value {
 public:
  void begin(FramingHeader header, Http1Framing& framing) noexcept;
  void step(std::uint8_t byte, Http1Framing& framing) noexcept;
  /// A line of the value is over. The next may continue it, but not its last token.
  void end_line(Http1Framing& framing) noexcept;

 private:
  void length_step(std::uint8_t byte, Http1Framing& framing) noexcept;
  void end_number(Http1Framing& framing) noexcept;
  void end_token(Http1Framing& framing) noexcept;
  void transfer_token(std::string_view token, Http1Framing& framing) noexcept;
  void content_token(std::string_view token, Http1Framing& framing) noexcept;

  static constexpr std::uint8_t kLongestToken = 12;  ///< no known encoding has a longer name
  std::uint64_t number_ = 0;
  FramingHeader header_ = FramingHeader::none;
  std::uint8_t digits_ = 0;
  std::uint8_t length_ = 0;
  std::array<char, kLongestToken> token_{};
};

}  // namespace bulkhead
