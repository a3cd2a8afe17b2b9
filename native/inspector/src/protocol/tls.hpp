#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Larger than any hello seen in the wild (post-quantum shares make 2 KiB), and the bound of what one session may hold.
inline constexpr std::size_t kMaxHello = 32 * 1024;

/// What both hellos of a TLS session say (RFC 8446 4.1, RFC 5246 7.4.1).
struct TlsHellos {
  std::vector<std::uint8_t> offered_suites;  ///< big-endian pairs; dropped once the server has chosen
  std::string server_name;
  std::vector<std::uint8_t> offered_versions;  ///< of supported_versions, two bytes each; empty before TLS 1.3
  std::uint16_t version = 0;  ///< as negotiated
};

/// True when `message` (from the random's version on, without the handshake header) is a whole, consistent ClientHello.
bool read_client_hello(Bytes message, TlsHellos& hellos) noexcept;
/// True when it is a whole ServerHello (or HelloRetryRequest) that answers the ClientHello in `hellos`.
bool read_server_hello(Bytes message, TlsHellos& hellos) noexcept;

/// Joins the first handshake message of one direction from records and segments.
class TlsFirstMessage {
 public:
  enum class Outcome : std::uint8_t { need_more, complete, not_tls };
  struct Result {
    Outcome outcome;
    std::size_t taken;
  };
  explicit TlsFirstMessage(std::uint8_t type) noexcept : type_(type) {}

  Result feed(Bytes bytes) noexcept;
  [[nodiscard]] Bytes body() const noexcept { return Bytes(message_).subspan(4); }
  void drop() noexcept { message_ = {}; }

 private:
  [[nodiscard]] bool plausible_record() const noexcept;
  [[nodiscard]] std::size_t missing() const noexcept;  ///< bytes of the message, or of its header, still to come

  std::vector<std::uint8_t> message_;
  std::array<std::uint8_t, 5> record_{};
  std::uint8_t record_count_ = 0;
  std::uint8_t type_;
  std::uint32_t left_in_record_ = 0;
};

/// Whether a session is TLS: proven by the client's and the server's whole hello.
class Tls {
 public:
  enum class Outcome : std::uint8_t { need_more, proven, not_tls };
  struct Result {
    Outcome outcome;
    std::size_t taken;
  };

  Result feed(Direction direction, Bytes bytes) noexcept;
  [[nodiscard]] const TlsHellos& hellos() const noexcept { return hellos_; }
  [[nodiscard]] bool client_is_known() const noexcept { return client_done_; }

 private:
  TlsHellos hellos_;
  TlsFirstMessage client_{1};
  TlsFirstMessage server_{2};
  bool client_done_ = false;
};

}  // namespace bulkhead
