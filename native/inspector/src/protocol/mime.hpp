#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "protocol/input.hpp"

namespace bulkhead {

/// Takes a mail apart as it streams by (RFC 5322, RFC 2045-2047): headers are a head, each part a field of its own with
/// its quoted-printable or base64 taken off. Nested parts and mails in mails are followed to kDeepest; deeper ones are
/// content as they stand.
class MimeMessage final : public Consumer {
 public:
  static constexpr std::size_t kDeepest = 8;
  static constexpr std::size_t kLongestBoundary = 70;  ///< RFC 2046 5.1.1
  static constexpr std::size_t kLongestHeaders = 8 * 1024;  ///< of one part, looked at for what it is

  explicit MimeMessage(Protocol protocol) noexcept : protocol_(protocol) {}
  /// A mail begins: forget the one before.
  void begin() noexcept;
  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override;
  void end(const Outlet& out) noexcept;

 private:
  enum class Encoding : std::uint8_t { none, base64, quoted };

  void header_byte(std::uint8_t byte) noexcept;
  void headers_over(const Outlet& out) noexcept;
  void body_line_start(const Outlet& out) noexcept;
  void body(Bytes bytes, Origin origin, const Outlet& out) noexcept;
  void decode_base64(Bytes bytes, const Outlet& out) noexcept;
  void decode_quoted(Bytes bytes, const Outlet& out) noexcept;
  /// Whether what is held at the start of a line can still be a boundary's line.
  [[nodiscard]] bool may_be_boundary() const noexcept;
  [[nodiscard]] bool is_boundary() noexcept;
  void start_part(const Outlet& out) noexcept;

  Protocol protocol_;
  std::string headers_;
  std::array<std::string, kDeepest> boundaries_;
  std::size_t depth_ = 0;
  std::string held_;            ///< the start of a line that may be a boundary
  std::array<char, 3> quoted_{};
  std::uint32_t bits_ = 0;
  std::uint8_t bit_count_ = 0;
  std::uint8_t quoted_count_ = 0;
  Encoding encoding_ = Encoding::none;
  bool in_headers_ = true;
  bool head_started_ = false;
  bool header_line_empty_ = true;
  bool line_start_ = true;
  bool boundary_line_ = false;  ///< the rest of a boundary's line is passed over
};

}  // namespace bulkhead
