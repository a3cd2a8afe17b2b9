#pragma once

#include "bulkhead/packet.hpp"
#include "codec/field_writer.hpp"

namespace bulkhead {

/// What the bytes a follower was given led to.
enum class Next : std::uint8_t {
  more,         ///< goes on
  foreign,      ///< this direction is not, or no longer, this protocol: the rest is raw content
  reopen,       ///< another protocol begins in this direction
  reopen_both,  ///< another protocol begins in both, where they stand: STARTTLS, an upgrade
  encrypted,    ///< proven by both sides: what follows is ciphertext
};

struct TlsHellos;

/// Follows one session that is known to speak one protocol, in both directions, and hands its content out as fields.
///
/// Whatever comes, content reaches the outlet in the call that brings it, and how bytes were cut carries no meaning.
class Follower {
 public:
  struct Result {
    Next next;
    std::size_t taken;  ///< everything, unless `next` is another than `more`
  };

  Follower() = default;
  virtual ~Follower() = default;
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  [[nodiscard]] virtual Protocol protocol() const noexcept = 0;
  /// What this direction turned out to speak: Protocol::raw where it is read as the protocol, leniently, and is not it.
  [[nodiscard]] virtual Protocol spoken(Direction) const noexcept { return protocol(); }
  virtual Result feed(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept = 0;
  /// `bytes` never came. False when what follows them cannot be placed: the rest is raw content.
  virtual bool gap(Direction direction, std::uint64_t bytes, const Outlet& out) noexcept = 0;
  virtual void end(Direction direction, const Outlet& out) noexcept = 0;
  /// Whether this direction, of which nothing has come yet, answers the other one in the same protocol.
  [[nodiscard]] virtual bool answers(Direction direction) const noexcept = 0;
  /// Whether this direction may change over to another protocol between its messages, now.
  [[nodiscard]] virtual bool between(Direction direction) const noexcept = 0;
  /// Whether more has been said in clear than what leads to encryption (a greeting, a request for STARTTLS). What a
  /// protocol without such a way says is in clear from its first byte.
  [[nodiscard]] virtual bool in_clear() const noexcept { return true; }
  [[nodiscard]] virtual const TlsHellos* hellos() const noexcept { return nullptr; }
};

}  // namespace bulkhead
