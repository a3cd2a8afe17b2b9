#include "protocol/http1_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "protocol/characters.hpp"

namespace bulkhead {

void Http1Stream::begin(bool response, Bytes prefix, const Outlet& out) noexcept {
  response_ = response;
  begin_head();
  if (prefix.empty()) out.start(Protocol::http1, Location::head);
  (void)message_->head.feed(prefix);  // too short for a whole head
}

Http1Stream::Result Http1Stream::read(Bytes bytes, Origin origin, const Outlet& out, Http1Exchange& exchange) noexcept {
  const std::size_t given = bytes.size();
  while (!bytes.empty()) {
    switch (state_) {
      case State::boundary:
        at_boundary(bytes[0], out);
        break;
      case State::head: {
        const Signal signal = read_head(bytes, origin, out, exchange);
        if (signal != Signal::none) return {signal, given - bytes.size()};
        break;
      }
      case State::length:
        read_length(bytes, origin, out);
        break;
      case State::excess:
        read_excess(bytes[0], out);
        break;
      case State::chunked:
        read_chunked(bytes, origin, out);
        break;
      case State::close:
        message_->body.write(bytes, origin, pool_, out);
        bytes = {};
        break;
      case State::raw:
        out.write(bytes, origin);
        bytes = {};
        break;
    }
  }
  return {Signal::none, given};
}

void Http1Stream::at_boundary(std::uint8_t byte, const Outlet& out) noexcept {
  const bool blank = is_blank(byte) || byte == '\n';
  const bool starts = blank || (response_ ? to_lower(byte) == 'h' : is_token_char(byte));
  if (starts) {
    begin_head();
    return out.start(Protocol::http1, Location::head);
  }
  if (maybe_body_) return begin_body(out);
  foreign_ = true;
  out.raise(Exception::parser_error, 0);
  go_raw(out);
}

void Http1Stream::begin_head() noexcept {
  if (message_ == nullptr) message_ = std::make_unique<Message>();
  message_->head.reset(response_);
  state_ = State::head;
  maybe_body_ = false;
}

Http1Stream::Signal Http1Stream::read_head(Bytes& bytes, Origin origin, const Outlet& out,
                                           Http1Exchange& exchange) noexcept {
  Message& message = *message_;
  const Http1Head::Result result = message.head.feed(bytes);
  out.write(bytes.first(result.taken), origin);
  bytes = bytes.subspan(result.taken);
  foreign_ = foreign_ || message.head.malformed();
  if (result.outcome == Http1Head::Outcome::need_more) return Signal::none;
  out.close();
  std::array<std::uint8_t, 64> returned;
  const std::size_t count = result.outcome == Http1Head::Outcome::body_was_begun ? message.head.returned().size() : 0;
  std::memcpy(returned.data(), message.head.returned().data(), count);
  const Signal signal = head_is_complete(out, exchange);
  if (signal == Signal::none && count > 0) (void)read({returned.data(), count}, Origin::decoded, out, exchange);
  return signal;
}

Http1Stream::Signal Http1Stream::head_is_complete(const Outlet& out, Http1Exchange& exchange) noexcept {
  Message& message = *message_;
  const Http1Start& start = message.head.start();
  using Method = Http1Start::Method;
  state_ = State::boundary;
  if (!response_) {
    exchange.asked(start.method);
    if (start.method == Method::connect) return Signal::tunnel;
    begin_body(out);
    return Signal::none;
  }
  const bool interim = start.status >= 100 && start.status < 200;
  if (start.status == 101) {
    (void)exchange.answered();
    return Signal::upgraded;
  }
  const Method method = interim ? Method::other : exchange.answered();
  if (method == Method::connect && start.status >= 200 && start.status < 300) return Signal::tunnel;
  if (interim || start.status == 204 || start.status == 304 || method == Method::head) {
    maybe_body_ = message.head.framing().says_anything();
    return Signal::none;
  }
  begin_body(out);
  return Signal::none;
}

void Http1Stream::begin_body(const Outlet& out) noexcept {
  Message& message = *message_;
  const Http1Framing& framing = message.head.framing();
  using Trust = Chunked::Trust;
  const bool certain = framing.chunked && !framing.doubtful && !framing.has_length && !message.head.start().old_version;
  const bool ambiguous = framing.doubtful || (framing.transfer_encoding && !certain) || maybe_body_;
  maybe_body_ = false;
  if (ambiguous && (framing.says_anything() || response_)) out.raise(Exception::ambiguous_framing, 0);
  out.start(Protocol::http1, Location::body);
  message.body.begin(framing, out);
  if (framing.transfer_encoding) {
    message.chunked.reset(certain ? Trust::certain : Trust::claimed);
  } else if (response_ && !framing.has_length) {
    message.chunked.reset(Trust::unclaimed);
  } else {
    return begin_plain_body(out);
  }
  state_ = State::chunked;
  message.keep_all = !certain;
}

void Http1Stream::begin_plain_body(const Outlet& out) noexcept {
  Message& message = *message_;
  const Http1Framing& framing = message.head.framing();
  message.left = framing.shortest;
  if (!framing.has_length) {
    state_ = response_ || framing.transfer_encoding ? State::close : State::boundary;
  } else if (message.left > 0) {
    state_ = State::length;
  } else if (framing.doubtful) {
    state_ = State::excess;
  } else {
    end_message(out);
  }
}

void Http1Stream::read_length(Bytes& bytes, Origin origin, const Outlet& out) noexcept {
  Message& message = *message_;
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(message.left, bytes.size()));
  message.body.write(bytes.first(taken), origin, pool_, out);
  bytes = bytes.subspan(taken);
  message.left -= taken;
  if (message.left > 0) return;
  if (message.head.framing().doubtful) {
    state_ = State::excess;
  } else {
    end_message(out);
  }
}

void Http1Stream::read_excess(std::uint8_t byte, const Outlet& out) noexcept {
  Message& message = *message_;
  const bool starts = response_ ? to_lower(byte) == 'h' : is_alpha(byte) && byte != to_lower(byte);
  if (starts) return end_message(out);
  const Http1Framing& framing = message.head.framing();
  message.left = message.extended ? 0 : framing.longest - framing.shortest;
  message.extended = true;
  state_ = message.left > 0 ? State::length : State::close;
}

void Http1Stream::read_chunked(Bytes& bytes, Origin origin, const Outlet& out) noexcept {
  Message& message = *message_;
  const bool was_proven = message.chunked.proven();
  const Chunked::Piece piece = message.chunked.next(bytes);
  if (!was_proven && message.chunked.proven() && message.keep_all && !message.head.framing().transfer_encoding)
    out.raise(Exception::ambiguous_framing, 0);
  const Bytes part = bytes.first(piece.size);
  bytes = bytes.subspan(piece.size);
  if (message.keep_all) keep(part);
  switch (piece.kind) {
    case Chunked::Kind::framing:
      break;
    case Chunked::Kind::annotation:
      if (!message.keep_all) keep(part);
      break;
    case Chunked::Kind::data:
      message.body.write(part, origin, pool_, out);
      break;
    case Chunked::Kind::trailer:
      if (!message.in_trailer) {
        message.body.end(out);
        out.start(Protocol::http1, Location::trailer);
        message.in_trailer = true;
      }
      out.write(part, origin);
      break;
    case Chunked::Kind::end:
      end_message(out);
      break;
    case Chunked::Kind::not_chunked:
      not_chunked(out);
      break;
  }
}

void Http1Stream::not_chunked(const Outlet& out) noexcept {
  Message& message = *message_;
  std::array<std::uint8_t, 16> held;
  const std::size_t count = message.chunked.held().size();
  std::memcpy(held.data(), message.chunked.held().data(), count);
  if (message.chunked.proven()) {
    out.raise(Exception::parser_error, 0);
    state_ = State::close;
  } else {
    // Never was chunked: the other framing is the only reading there is.
    message.alternate.reset();
    begin_plain_body(out);
  }
  message.chunked.reset(Chunked::Trust::certain);
  message.keep_all = false;
  Http1Exchange unused;
  if (count > 0) (void)read({held.data(), count}, Origin::decoded, out, unused);
}

void Http1Stream::keep(Bytes bytes) noexcept {
  Message& message = *message_;
  if (bytes.empty()) return;
  if (!message.alternate) message.alternate = std::make_unique<Alternate>(pool_);
  message.alternate->add(bytes);
}

void Http1Stream::end_message(const Outlet& out) noexcept {
  if (message_ == nullptr) {
    out.close();
  } else {
    message_->body.end(out);
    if (message_->alternate) message_->alternate->deliver(out);
    message_->alternate.reset();
    message_->keep_all = message_->in_trailer = message_->extended = false;
  }
  state_ = State::boundary;
}

void Http1Stream::go_raw(const Outlet& out) noexcept {
  end_message(out);
  out.start(Protocol::http1, Location::stream);
  state_ = State::raw;
}

void Http1Stream::lose(std::uint64_t bytes, const Outlet& out) noexcept {
  switch (state_) {
    case State::length:
      if (bytes > message_->left) break;
      message_->left -= bytes;
      message_->body.lose(out);
      if (message_->left == 0) end_message(out);
      return;
    case State::close:
      return message_->body.lose(out);
    case State::chunked:
      if (!message_->chunked.skip(bytes)) break;
      return message_->body.lose(out);
    case State::raw:
      return out.close();
    case State::boundary:
    case State::head:
    case State::excess:
      break;
  }
  if (state_ != State::boundary && state_ != State::head) message_->body.lose(out);
  go_raw(out);
}

void Http1Stream::end(const Outlet& out) noexcept {
  if (state_ == State::chunked && !message_->chunked.held().empty()) not_chunked(out);
  end_message(out);
  forget_message();
}

}  // namespace bulkhead
