#pragma once

#include <cstdint>
#include <string_view>

#include "bulkhead/detection.hpp"
#include "bulkhead/field.hpp"

namespace bulkhead::detect::credential {

/// A value that a protocol says is a credential: its first kKeptBytes, and where it stands in its field.
struct Value {
  std::string_view text;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< of all of it
};

/// A password, token or answer of a log-in exchange, as text or as base64 (`Field::base64`). SASL's PLAIN (RFC 4616),
/// XOAUTH2 and OAUTHBEARER (RFC 7628) and AMQP's AMQPLAIN are taken apart; `user` is the name given before, if any.
///
/// Not a credential (Confidence::none): an empty password, anonymous access, a value that was masked already, an answer
/// that proves the knowledge of a password without showing it. Low: `guest` with its own name for a password, and
/// CRAM-MD5 and DIGEST-MD5, which can be guessed from.
[[nodiscard]] Detection judge_login(const Value& value, bool base64, std::string_view user, Protocol protocol) noexcept;

/// The value of Authorization or Proxy-Authorization, `name` in lower case: Basic (RFC 7617) is an http-basic, Bearer
/// (RFC 6750), other schemes that send a token, and a token without a scheme an http-bearer; Digest is one of low
/// confidence. Schemes that sign a request (AWS4-HMAC-SHA256, Hawk, Negotiate, …) are none.
[[nodiscard]] Detection judge_authorization(const Value& value, std::string_view name) noexcept;

/// One `name=value` of Cookie or Set-Cookie. A session-cookie by its name, and by how random its value is: high for the
/// names that servers and frameworks use, medium for a name that speaks of a session or a log-in, low when the value is
/// too short or regular to be a secret. Guards against forged requests (CSRF) are none.
[[nodiscard]] Detection judge_cookie(const Value& pair) noexcept;

}  // namespace bulkhead::detect::credential
