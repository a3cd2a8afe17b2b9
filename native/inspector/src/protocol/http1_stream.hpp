#pragma once

#include <cstdint>
#include <memory>

#include "protocol/alternate.hpp"
#include "protocol/chunked.hpp"
#include "protocol/http1_body.hpp"
#include "protocol/http1_exchange.hpp"
#include "protocol/http1_head.hpp"

namespace bulkhead {

/// One direction of an HTTP/1 connection: heads, bodies and trailers as fields, in place.
///
/// Framing that two readers could take differently raises `ambiguous_framing`. The reading that fits the bytes is
/// followed; the other one is kept, bounded, and delivered as a second body behind the first.
class Http1Stream {
 public:
  enum class Signal : std::uint8_t {
    none,
    tunnel,   ///< CONNECT was asked for (request side) or granted (response side): what follows is another protocol
    upgraded  ///< 101: what follows in both directions is
  };
  struct Result {
    Signal signal;
    std::size_t taken;  ///< everything, unless there is a signal
  };

  explicit Http1Stream(DecodePool& pool) noexcept : pool_(pool) {}

  /// The first message starts. `prefix`: bytes of it that were already written as a head.
  void begin(bool response, Bytes prefix, const Outlet& out) noexcept;
  Result feed(Bytes bytes, Origin origin, const Outlet& out, Http1Exchange& exchange) noexcept {
    const Result result = read(bytes, origin, out, exchange);
    forget_message();
    return result;
  }
  void gap(std::uint64_t bytes, const Outlet& out) noexcept {
    lose(bytes, out);
    forget_message();
  }
  void end(const Outlet& out) noexcept;
  /// True between messages.
  [[nodiscard]] bool idle() const noexcept { return state_ == State::boundary; }
  [[nodiscard]] bool response() const noexcept { return response_; }
  /// Something stood where a message begins that begins none. What came since was read as leniently as ever.
  [[nodiscard]] bool foreign() const noexcept { return foreign_; }

 private:
  enum class State : std::uint8_t {
    boundary,  ///< the next byte starts a message, if it can
    head,
    length,
    excess,    ///< behind the shorter of two lengths: a new message, or more of this one?
    close,     ///< the body has no end but the stream's
    chunked,
    raw,
  };

  Result read(Bytes bytes, Origin origin, const Outlet& out, Http1Exchange& exchange) noexcept;
  void lose(std::uint64_t bytes, const Outlet& out) noexcept;
  /// Each takes what is its own from the front of `bytes`.
  void at_boundary(std::uint8_t byte, const Outlet& out) noexcept;
  Signal read_head(Bytes& bytes, Origin origin, const Outlet& out, Http1Exchange& exchange) noexcept;
  void read_length(Bytes& bytes, Origin origin, const Outlet& out) noexcept;
  void read_excess(std::uint8_t byte, const Outlet& out) noexcept;
  void read_chunked(Bytes& bytes, Origin origin, const Outlet& out) noexcept;

  Signal head_is_complete(const Outlet& out, Http1Exchange& exchange) noexcept;
  void begin_head() noexcept;
  void begin_body(const Outlet& out) noexcept;
  void begin_plain_body(const Outlet& out) noexcept;
  void not_chunked(const Outlet& out) noexcept;
  void end_message(const Outlet& out) noexcept;
  void go_raw(const Outlet& out) noexcept;
  void keep(Bytes bytes) noexcept;

  /// Between messages nothing of the last one is needed: an idle connection holds none.
  void forget_message() noexcept {
    if (state_ == State::raw || (state_ == State::boundary && !maybe_body_)) message_.reset();
  }

  /// What is known of the message under way.
  struct Message {
    std::uint64_t left = 0;
    std::unique_ptr<Alternate> alternate;
    Http1Body body;
    Chunked chunked;
    Http1Head head;
    bool keep_all = false;    ///< the alternate reading is the body as it came
    bool in_trailer = false;
    bool extended = false;    ///< the shorter of two lengths has been passed
  };

  DecodePool& pool_;
  std::unique_ptr<Message> message_;  ///< null only between messages and when raw
  State state_ = State::boundary;
  bool response_ = false;
  bool foreign_ = false;
  bool maybe_body_ = false; ///< a message that has no body said how long its body is
};

}  // namespace bulkhead
