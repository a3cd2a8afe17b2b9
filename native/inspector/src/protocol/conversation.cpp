#include "protocol/conversation.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "protocol/http1_stream.hpp"
#include "protocol/opening.hpp"
#include "protocol/quic.hpp"
#include "protocol/ssh.hpp"
#include "protocol/tls.hpp"

namespace bulkhead {
namespace {

enum class Mode : std::uint8_t { opening, http1, tls, ssh, raw };

struct Side {
  FieldWriter field;
  Mode mode = Mode::opening;
  Opening opening;
};

struct Http1 {
  explicit Http1(DecodePool& pool) noexcept : streams{Http1Stream(pool), Http1Stream(pool)} {}
  std::array<Http1Stream, 2> streams;
  Http1Exchange exchange;
};

}  // namespace

/// Idle: what identifies both directions, and nothing on the heap. What a protocol needs is made when it is identified.
struct Conversation::Impl {
  explicit Impl(std::shared_ptr<DecodePool> decode_pool) noexcept : pool(std::move(decode_pool)) {}

  void feed(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept;
  Bytes open(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept;
  Bytes feed_http1(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept;
  Bytes feed_tls(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept;
  Bytes feed_ssh(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept;
  void begin_http1(Direction direction, bool response, Bytes prefix, const Outlet& out) noexcept;
  void begin_stream(Direction direction, Opening::Verdict verdict, const Outlet& out) noexcept;
  void upgraded(const Outlet& out) noexcept;
  void proven(Protocol protocol, ContentSink& sink) noexcept;
  [[nodiscard]] bool answers_http1(Direction direction) const noexcept;

  std::shared_ptr<DecodePool> pool;
  std::unique_ptr<Http1> http1;
  std::unique_ptr<Tls> tls;
  std::unique_ptr<Ssh> ssh;
  std::unique_ptr<Quic> quic;
  Side sides[2];
  Protocol protocol = Protocol::unknown;
  bool encrypted = false;
};

void Conversation::Impl::feed(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept {
  Side& side = sides[index_of(direction)];
  const Outlet out{direction, side.field, sink};
  while (!bytes.empty() && !encrypted) {
    switch (side.mode) {
      case Mode::opening:
        bytes = open(direction, bytes, origin, out);
        break;
      case Mode::http1:
        bytes = feed_http1(direction, bytes, origin, out);
        break;
      case Mode::tls:
        bytes = feed_tls(direction, bytes, origin, out);
        break;
      case Mode::ssh:
        bytes = feed_ssh(direction, bytes, origin, out);
        break;
      case Mode::raw:
        out.write(bytes, origin);
        return;
    }
  }
}

bool Conversation::Impl::answers_http1(Direction direction) const noexcept {
  const std::size_t other = index_of(opposite(direction));
  return sides[other].mode == Mode::http1 && !http1->streams[other].response();
}

Bytes Conversation::Impl::open(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  Side& side = sides[index_of(direction)];
  Opening& opening = side.opening;
  const std::size_t before = opening.prefix().size();
  if (before == 0 && answers_http1(direction)) {
    // Whatever answers an HTTP request is read as a response, as lenient clients do.
    begin_http1(direction, true, {}, out);
    return bytes;
  }
  std::size_t taken = 0;
  Opening::Verdict verdict = Opening::Verdict::undecided;
  while (taken < bytes.size() && verdict == Opening::Verdict::undecided) verdict = opening.step(bytes[taken++]);
  if (before == 0 && opening.may_be_http()) out.start(Protocol::http1, Location::head);
  const bool http = verdict == Opening::Verdict::request || verdict == Opening::Verdict::response;
  if (http || verdict == Opening::Verdict::undecided) {
    out.write(bytes.first(taken), origin);
    const bool response = verdict == Opening::Verdict::response;
    if (http) begin_http1(direction, response, opening.prefix(), out);
    return bytes.subspan(taken);
  }
  if (opening.may_be_http()) out.write(bytes.first(taken - 1), origin);  // the head that was none
  begin_stream(direction, verdict, out);
  feed(direction, opening.prefix().first(before), Origin::decoded, out.sink);
  return bytes;
}

void Conversation::Impl::begin_stream(Direction direction, Opening::Verdict verdict, const Outlet& out) noexcept {
  Side& side = sides[index_of(direction)];
  out.start(Protocol::raw, Location::stream);
  if (verdict == Opening::Verdict::tls) {
    side.mode = Mode::tls;
    if (!tls) tls = std::make_unique<Tls>();
  } else if (verdict == Opening::Verdict::ssh) {
    side.mode = Mode::ssh;
    if (!ssh) ssh = std::make_unique<Ssh>();
  } else {
    side.mode = Mode::raw;
    if (protocol == Protocol::unknown) protocol = Protocol::raw;
  }
}

void Conversation::Impl::begin_http1(Direction direction, bool response, Bytes prefix, const Outlet& out) noexcept {
  if (!http1) http1 = std::make_unique<Http1>(*pool);
  protocol = Protocol::http1;
  sides[index_of(direction)].mode = Mode::http1;
  http1->streams[index_of(direction)].begin(response, prefix, out);
}

Bytes Conversation::Impl::feed_http1(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  Http1Stream& stream = http1->streams[index_of(direction)];
  const Http1Stream::Result result = stream.feed(bytes, origin, out, http1->exchange);
  if (result.signal == Http1Stream::Signal::tunnel) {
    Side& side = sides[index_of(direction)];
    side.opening = Opening();
    side.mode = Mode::opening;
  } else if (result.signal == Http1Stream::Signal::upgraded) {
    upgraded(out);
  }
  return bytes.subspan(result.taken);
}

void Conversation::Impl::upgraded(const Outlet& out) noexcept {
  for (const Direction direction : {Direction::request, Direction::response}) {
    const std::size_t i = index_of(direction);
    Side& side = sides[i];
    const bool between = side.mode == Mode::http1 && (direction == out.direction || http1->streams[i].idle());
    if (!between && side.mode != Mode::opening) continue;
    side.mode = Mode::raw;
    side.field.start(direction, Protocol::raw, Location::stream, out.sink);
  }
}

Bytes Conversation::Impl::feed_tls(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  const Tls::Result result = tls->feed(direction, bytes);
  out.write(bytes.first(result.taken), origin);
  if (result.outcome == Tls::Outcome::proven) {
    proven(Protocol::tls, out.sink);
  } else if (result.outcome == Tls::Outcome::not_tls) {
    for (Side& side : sides)
      if (side.mode == Mode::tls) side.mode = Mode::raw;
    if (protocol == Protocol::unknown) protocol = Protocol::raw;
  }
  return bytes.subspan(result.taken);
}

Bytes Conversation::Impl::feed_ssh(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  const Ssh::Result result = ssh->feed(direction, bytes);
  out.write(bytes.first(result.taken), origin);
  if (result.outcome == Ssh::Outcome::proven) {
    proven(Protocol::ssh, out.sink);
  } else if (result.outcome == Ssh::Outcome::not_ssh) {
    for (Side& side : sides)
      if (side.mode == Mode::ssh) side.mode = Mode::raw;
    if (protocol == Protocol::unknown) protocol = Protocol::raw;
  }
  return bytes.subspan(result.taken);
}

void Conversation::Impl::proven(Protocol what, ContentSink& sink) noexcept {
  protocol = what;
  encrypted = true;
  for (const Direction direction : {Direction::request, Direction::response})
    sides[index_of(direction)].field.close(direction, sink);
}

Conversation::Conversation(std::shared_ptr<DecodePool> pool) noexcept
    : impl_(std::make_unique<Impl>(std::move(pool))) {}
Conversation::~Conversation() = default;

void Conversation::feed(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept {
  impl_->feed(direction, bytes, origin, sink);
}

void Conversation::gap(Direction direction, std::uint64_t bytes, ContentSink& sink) noexcept {
  Side& side = impl_->sides[index_of(direction)];
  const Outlet out{direction, side.field, sink};
  if (impl_->encrypted) return;
  if (side.mode == Mode::http1) return impl_->http1->streams[index_of(direction)].gap(bytes, out);
  out.start(Protocol::raw, Location::stream);
  side.mode = Mode::raw;
  if (impl_->protocol == Protocol::unknown) impl_->protocol = Protocol::raw;
}

void Conversation::end(Direction direction, ContentSink& sink) noexcept {
  Side& side = impl_->sides[index_of(direction)];
  const Outlet out{direction, side.field, sink};
  if (side.mode == Mode::http1 && !impl_->encrypted) impl_->http1->streams[index_of(direction)].end(out);
  out.close();
}

void Conversation::datagram(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept {
  if (impl_->encrypted || bytes.empty()) return;
  const Outlet out{direction, impl_->sides[index_of(direction)].field, sink};
  out.start(Protocol::udp, Location::stream);
  out.write(bytes, origin);
  out.close();
  if (impl_->protocol == Protocol::unknown) impl_->protocol = Protocol::udp;
  constexpr std::uint8_t kLongHeader = 0xc0;
  if ((bytes[0] & kLongHeader) != kLongHeader) return;
  if (!impl_->quic) impl_->quic = std::make_unique<Quic>();
  if (impl_->quic->see(direction, bytes)) impl_->proven(Protocol::quic, sink);
}

Protocol Conversation::protocol() const noexcept { return impl_->protocol; }
bool Conversation::encrypted() const noexcept { return impl_->encrypted; }
std::string_view Conversation::server_name() const noexcept {
  return impl_->tls ? std::string_view(impl_->tls->hellos().server_name) : std::string_view();
}
std::uint16_t Conversation::tls_version() const noexcept {
  return impl_->tls ? impl_->tls->hellos().version : std::uint16_t{0};
}

}  // namespace bulkhead
