#include "protocol/http1_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "protocol/characters.hpp"

namespace bulkhead {

void Http1Stream::begin(bool response, Bytes prefix, const Outlet& out) noexcept {
  response_ = response;
  head_.reset(response);
  state_ = State::head;
  if (prefix.empty()) out.start(Protocol::http1, Location::head);
  (void)head_.feed(prefix);  // too short for a whole head
}

Http1Stream::Result Http1Stream::feed(Bytes bytes, Origin origin, const Outlet& out, Http1Exchange& exchange) noexcept {
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
        body_.write(bytes, origin, pool_, out);
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
  if (starts) return begin_head(out);
  if (maybe_body_) return begin_body(out);
  out.raise(Exception::parser_error, 0);
  go_raw(out);
}

void Http1Stream::begin_head(const Outlet& out) noexcept {
  head_.reset(response_);
  out.start(Protocol::http1, Location::head);
  state_ = State::head;
  maybe_body_ = false;
}

Http1Stream::Signal Http1Stream::read_head(Bytes& bytes, Origin origin, const Outlet& out,
                                           Http1Exchange& exchange) noexcept {
  const Http1Head::Result result = head_.feed(bytes);
  out.write(bytes.first(result.taken), origin);
  bytes = bytes.subspan(result.taken);
  if (result.outcome == Http1Head::Outcome::need_more) return Signal::none;
  out.close();
  std::array<std::uint8_t, 64> returned;
  const std::size_t count = result.outcome == Http1Head::Outcome::body_was_begun ? head_.returned().size() : 0;
  std::memcpy(returned.data(), head_.returned().data(), count);
  const Signal signal = head_is_complete(out, exchange);
  if (signal == Signal::none && count > 0) (void)feed({returned.data(), count}, Origin::decoded, out, exchange);
  return signal;
}

Http1Stream::Signal Http1Stream::head_is_complete(const Outlet& out, Http1Exchange& exchange) noexcept {
  const Http1Start& start = head_.start();
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
    maybe_body_ = head_.framing().says_anything();
    return Signal::none;
  }
  begin_body(out);
  return Signal::none;
}

void Http1Stream::begin_body(const Outlet& out) noexcept {
  const Http1Framing& framing = head_.framing();
  using Trust = Chunked::Trust;
  const bool certain = framing.chunked && !framing.doubtful && !framing.has_length && !head_.start().old_version;
  const bool ambiguous = framing.doubtful || (framing.transfer_encoding && !certain) || maybe_body_;
  maybe_body_ = false;
  if (ambiguous && (framing.says_anything() || response_)) out.raise(Exception::ambiguous_framing, 0);
  out.start(Protocol::http1, Location::body);
  body_.begin(framing, out);
  if (framing.transfer_encoding) {
    chunked_.reset(certain ? Trust::certain : Trust::claimed);
  } else if (response_ && !framing.has_length) {
    chunked_.reset(Trust::unclaimed);
  } else {
    return begin_plain_body(out);
  }
  state_ = State::chunked;
  keep_all_ = !certain;
}

void Http1Stream::begin_plain_body(const Outlet& out) noexcept {
  const Http1Framing& framing = head_.framing();
  left_ = framing.shortest;
  if (!framing.has_length) {
    state_ = response_ || framing.transfer_encoding ? State::close : State::boundary;
  } else if (left_ > 0) {
    state_ = State::length;
  } else if (framing.doubtful) {
    state_ = State::excess;
  } else {
    end_message(out);
  }
}

void Http1Stream::read_length(Bytes& bytes, Origin origin, const Outlet& out) noexcept {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  body_.write(bytes.first(taken), origin, pool_, out);
  bytes = bytes.subspan(taken);
  left_ -= taken;
  if (left_ > 0) return;
  if (head_.framing().doubtful) {
    state_ = State::excess;
  } else {
    end_message(out);
  }
}

void Http1Stream::read_excess(std::uint8_t byte, const Outlet& out) noexcept {
  const bool starts = response_ ? to_lower(byte) == 'h' : is_alpha(byte) && byte != to_lower(byte);
  if (starts) return end_message(out);
  const Http1Framing& framing = head_.framing();
  left_ = extended_ ? 0 : framing.longest - framing.shortest;
  extended_ = true;
  state_ = left_ > 0 ? State::length : State::close;
}

void Http1Stream::read_chunked(Bytes& bytes, Origin origin, const Outlet& out) noexcept {
  const bool was_proven = chunked_.proven();
  const Chunked::Piece piece = chunked_.next(bytes);
  if (!was_proven && chunked_.proven() && keep_all_ && !head_.framing().transfer_encoding)
    out.raise(Exception::ambiguous_framing, 0);
  const Bytes part = bytes.first(piece.size);
  bytes = bytes.subspan(piece.size);
  if (keep_all_) keep(part);
  switch (piece.kind) {
    case Chunked::Kind::framing:
      break;
    case Chunked::Kind::annotation:
      if (!keep_all_) keep(part);
      break;
    case Chunked::Kind::data:
      body_.write(part, origin, pool_, out);
      break;
    case Chunked::Kind::trailer:
      if (!in_trailer_) {
        body_.end(out);
        out.start(Protocol::http1, Location::trailer);
        in_trailer_ = true;
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
  std::array<std::uint8_t, 16> held;
  const std::size_t count = chunked_.held().size();
  std::memcpy(held.data(), chunked_.held().data(), count);
  if (chunked_.proven()) {
    out.raise(Exception::parser_error, 0);
    state_ = State::close;
  } else {
    // Never was chunked: the other framing is the only reading there is.
    alternate_.reset();
    begin_plain_body(out);
  }
  chunked_.reset(Chunked::Trust::certain);
  keep_all_ = false;
  Http1Exchange unused;
  if (count > 0) (void)feed({held.data(), count}, Origin::decoded, out, unused);
}

void Http1Stream::keep(Bytes bytes) noexcept {
  if (bytes.empty()) return;
  if (!alternate_) alternate_ = std::make_unique<Alternate>(pool_);
  alternate_->add(bytes);
}

void Http1Stream::end_message(const Outlet& out) noexcept {
  body_.end(out);
  if (alternate_) alternate_->deliver(out);
  alternate_.reset();
  keep_all_ = in_trailer_ = extended_ = false;
  state_ = State::boundary;
}

void Http1Stream::go_raw(const Outlet& out) noexcept {
  end_message(out);
  out.start(Protocol::http1, Location::stream);
  state_ = State::raw;
}

void Http1Stream::gap(std::uint64_t bytes, const Outlet& out) noexcept {
  switch (state_) {
    case State::length:
      if (bytes > left_) break;
      left_ -= bytes;
      body_.lose(out);
      if (left_ == 0) end_message(out);
      return;
    case State::close:
      return body_.lose(out);
    case State::chunked:
      if (!chunked_.skip(bytes)) break;
      return body_.lose(out);
    case State::raw:
      return out.close();
    case State::boundary:
    case State::head:
    case State::excess:
      break;
  }
  if (state_ != State::boundary && state_ != State::head) body_.lose(out);
  go_raw(out);
}

void Http1Stream::end(const Outlet& out) noexcept {
  if (state_ == State::chunked && !chunked_.held().empty()) not_chunked(out);
  end_message(out);
}

}  // namespace bulkhead
