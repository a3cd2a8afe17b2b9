#include "protocol/conversation.hpp"

#include <utility>

#include "protocol/datagram.hpp"
#include "protocol/ftp_data.hpp"
#include "protocol/http1_follower.hpp"
#include "protocol/opening.hpp"
#include "protocol/proof_follower.hpp"
#include "protocol/protocol_table.hpp"
#include "protocol/quic.hpp"
#include "protocol/ssh.hpp"
#include "protocol/wireguard.hpp"

namespace bulkhead {
namespace {

enum class Mode : std::uint8_t { opening, followed, raw };

struct Side {
  explicit Side(Direction direction) noexcept : opening(direction, false) {}
  FieldWriter field;
  Mode mode = Mode::opening;
  std::uint8_t slot = 0;  ///< of its follower
  bool left = false;      ///< left the protocol that the other direction may still speak: no answer in it
  Opening opening;
};

}  // namespace

/// A handshake of QUIC or WireGuard is over after a handful; retries and losses make it some more.
constexpr std::uint8_t kMaxUnproven = 64;

/// Idle: what identifies both directions, and nothing on the heap. A follower is made when its protocol is identified;
/// both directions mostly share one.
struct Conversation::Impl {
  explicit Impl(std::shared_ptr<DecodePool> decode_pool) noexcept : pool(std::move(decode_pool)) {}

  void feed(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept;
  Bytes open(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept;
  Bytes follow(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept;
  void begin(Direction direction, Opening::Verdict verdict, const Outlet& out) noexcept;
  void begin_raw(Direction direction) noexcept;
  /// The session's follower of this protocol, made by `make` unless the other direction has one.
  template <typename Make>
  Follower& join(Direction direction, Protocol wanted, Make make) noexcept;
  void reopen(Direction direction, bool upgraded) noexcept;
  void reopen_both(Direction by) noexcept;
  /// The opening is over before it came to a verdict: what was held is raw content.
  void give_up_opening(Direction direction, const Outlet& out) noexcept;
  void proven(Protocol protocol, ContentSink& sink) noexcept;
  [[nodiscard]] Exposure exposed() const noexcept;
  [[nodiscard]] Follower* follower_of(const Side& side) const noexcept {
    return side.mode == Mode::followed ? followers[side.slot].get() : nullptr;
  }

  [[nodiscard]] const TlsHellos* hellos() const noexcept {
    for (const auto& follower : followers)
      if (follower != nullptr && follower->hellos() != nullptr) return follower->hellos();
    return nullptr;
  }

  std::shared_ptr<DecodePool> pool;
  std::unique_ptr<Follower> followers[2];
  std::unique_ptr<Quic> quic;
  std::unique_ptr<WireGuard> wireguard;
  Side sides[2]{Side(Direction::request), Side(Direction::response)};
  std::unique_ptr<ExposureWatch> exposure;  ///< only where it was asked for
  Protocol protocol = Protocol::unknown;
  Protocol datagram[2] = {Protocol::unknown, Protocol::unknown};  ///< the last of each direction
  std::uint8_t unproven = 0;  ///< datagrams since one looked like QUIC or WireGuard, up to kMaxUnproven
  bool encrypted = false;
};

void Conversation::Impl::feed(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept {
  Side& side = sides[index_of(direction)];
  const Outlet out{direction, side.field, sink};
  while (!bytes.empty() && !encrypted) {
    switch (side.mode) {
      case Mode::followed:
        bytes = follow(direction, bytes, origin, out);
        break;
      case Mode::opening:
        bytes = open(direction, bytes, origin, out);
        break;
      case Mode::raw:
        if (exposure != nullptr) exposure->sample(direction).take(bytes);
        out.write(bytes, origin);
        return;
    }
  }
}

Bytes Conversation::Impl::open(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  Side& side = sides[index_of(direction)];
  Opening& opening = side.opening;
  const std::size_t before = opening.prefix().size();
  if (before == 0 && !side.left) {
    const Side& other = sides[index_of(opposite(direction))];
    if (Follower* const follower = follower_of(other); follower != nullptr && follower->answers(direction)) {
      side.mode = Mode::followed;
      side.slot = other.slot;
      if (follower->protocol() == Protocol::http1)
        static_cast<Http1Follower*>(follower)->begin(direction, true, {}, out);
      return bytes;
    }
  }
  const std::size_t http_before = opening.http_bytes();
  std::size_t taken = 0;
  Opening::Verdict verdict = Opening::Verdict::undecided;
  while (taken < bytes.size() && verdict == Opening::Verdict::undecided) verdict = opening.step(bytes[taken++]);
  if (before == 0 && opening.http_bytes() > 0) out.start(Protocol::http1, Location::head);
  // What may be HTTP goes on as a head at once.
  out.write(bytes.first(opening.http_bytes() - http_before), origin);
  if (verdict == Opening::Verdict::undecided) return bytes.subspan(taken);
  begin(direction, verdict, out);
  const bool http = verdict == Opening::Verdict::request || verdict == Opening::Verdict::response;
  if (http) return bytes.subspan(taken);
  const Bytes held = opening.prefix().first(before);
  feed(direction, held, Origin::decoded, out.sink);
  return bytes;
}

template <typename Make>
Follower& Conversation::Impl::join(Direction direction, Protocol wanted, Make make) noexcept {
  Side& side = sides[index_of(direction)];
  const Side& other = sides[index_of(opposite(direction))];
  const Follower* const existing = follower_of(other);
  side.mode = Mode::followed;
  if (existing != nullptr && existing->protocol() == wanted) {
    side.slot = other.slot;
  } else {
    side.slot = existing == nullptr ? side.slot : static_cast<std::uint8_t>(1 - other.slot);
    // The answer to CONNECT may come when the request's direction is another protocol already.
    const Follower* const left = followers[side.slot].get();
    const bool waiting = wanted == Protocol::http1 && left != nullptr && left->protocol() == wanted;
    if (!waiting) followers[side.slot] = make();
  }
  return *followers[side.slot];
}

void Conversation::Impl::begin(Direction direction, Opening::Verdict verdict, const Outlet& out) noexcept {
  const Opening& opening = sides[index_of(direction)].opening;
  switch (verdict) {
    case Opening::Verdict::request:
    case Opening::Verdict::response: {
      const auto make = [this] { return std::make_unique<Http1Follower>(*pool); };
      auto& http = static_cast<Http1Follower&>(join(direction, Protocol::http1, make));
      protocol = Protocol::http1;
      return http.begin(direction, verdict == Opening::Verdict::response, opening.prefix(), out);
    }
    case Opening::Verdict::known: {
      out.close();
      const ProtocolEntry& entry = protocol_table()[opening.entry()];
      std::unique_ptr<Follower> made = entry.make(*pool);
      const Protocol kind = made->protocol();
      protocol = join(direction, kind, [&] { return std::move(made); }).protocol();
      return;
    }
    case Opening::Verdict::tls:
      out.start(Protocol::raw, Location::stream);
      (void)join(direction, Protocol::tls, [] { return std::make_unique<ProofFollower<Tls, Protocol::tls>>(); });
      return;
    case Opening::Verdict::ssh:
      out.start(Protocol::raw, Location::stream);
      (void)join(direction, Protocol::ssh, [] { return std::make_unique<ProofFollower<Ssh, Protocol::ssh>>(); });
      return;
    case Opening::Verdict::undecided:
    case Opening::Verdict::raw:
      out.start(Protocol::raw, Location::stream);
      return begin_raw(direction);
  }
}

void Conversation::Impl::begin_raw(Direction direction) noexcept {
  sides[index_of(direction)].mode = Mode::raw;
  if (protocol == Protocol::unknown) protocol = Protocol::raw;
}

Bytes Conversation::Impl::follow(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  Follower& follower = *followers[sides[index_of(direction)].slot];
  const Follower::Result result = follower.feed(direction, bytes, origin, out);
  switch (result.next) {
    case Next::more:
      break;
    case Next::foreign:
      if (exposure != nullptr) exposure->foreign(follower, direction, bytes);
      begin_raw(direction);
      break;
    case Next::reopen:
      reopen(direction, false);
      sides[index_of(direction)].left = true;
      break;
    case Next::reopen_both:
      reopen_both(direction);
      break;
    case Next::encrypted:
      proven(follower.protocol(), out.sink);
      break;
  }
  if (result.next == Next::more && follower.protocol() != protocol && follower.hellos() == nullptr &&
      follower.protocol() != Protocol::ssh)
    protocol = follower.protocol();
  return bytes.subspan(result.taken);
}

void Conversation::Impl::reopen(Direction direction, bool upgraded) noexcept {
  Side& side = sides[index_of(direction)];
  side.opening = Opening(direction, upgraded);
  side.mode = Mode::opening;
  side.left = false;
}

void Conversation::Impl::reopen_both(Direction by) noexcept {
  const Follower& follower = *followers[sides[index_of(by)].slot];
  const bool upgraded = follower.protocol() == Protocol::http1;
  for (const Direction direction : {Direction::request, Direction::response}) {
    const Side& side = sides[index_of(direction)];
    const bool between = follower_of(side) == &follower && (direction == by || follower.between(direction));
    const bool fresh = side.mode == Mode::opening && side.opening.prefix().empty();
    if (between || fresh) reopen(direction, upgraded);
  }
}

void Conversation::Impl::give_up_opening(Direction direction, const Outlet& out) noexcept {
  const Side& side = sides[index_of(direction)];
  const Bytes prefix = side.opening.prefix();
  if (side.mode != Mode::opening || prefix.size() == side.opening.http_bytes()) return;
  out.start(Protocol::raw, Location::stream);
  out.write(prefix, Origin::decoded);
  begin_raw(direction);
}

void Conversation::Impl::proven(Protocol what, ContentSink& sink) noexcept {
  protocol = what;
  encrypted = true;
  for (const Direction direction : {Direction::request, Direction::response})
    sides[index_of(direction)].field.close(direction, sink);
}

Exposure Conversation::Impl::exposed() const noexcept {
  Exposure all;
  if (encrypted) return all;
  for (const Direction direction : {Direction::request, Direction::response}) {
    const Follower* const follower = follower_of(sides[index_of(direction)]);
    if (follower == nullptr || !follower->in_clear()) continue;
    const Protocol spoken = follower->protocol();
    all.add(spoken == Protocol::dns || spoken == Protocol::tns ? Confidence::low : Confidence::high, spoken, direction);
  }
  const bool datagrams = protocol == Protocol::dns || protocol == Protocol::syslog || protocol == Protocol::statsd;
  if (datagrams) all.add(protocol == Protocol::dns ? Confidence::low : Confidence::high, protocol, Direction::request);
  if (exposure != nullptr) exposure->tell(all);
  return all;
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
  impl_->give_up_opening(direction, out);
  Follower* const follower = impl_->follower_of(side);
  if (follower != nullptr && follower->gap(direction, bytes, out)) return;
  out.start(Protocol::raw, Location::stream);
  impl_->begin_raw(direction);
}

void Conversation::end(Direction direction, ContentSink& sink) noexcept {
  Side& side = impl_->sides[index_of(direction)];
  const Outlet out{direction, side.field, sink};
  if (!impl_->encrypted) {
    impl_->give_up_opening(direction, out);
    if (Follower* const follower = impl_->follower_of(side)) follower->end(direction, out);
    if (impl_->exposure != nullptr) impl_->exposure->sample(direction).end();
  }
  out.close();
}

void Conversation::expect_file(std::string_view name) noexcept {
  impl_->followers[0] = std::make_unique<FtpData>(*impl_->pool, name);
  impl_->protocol = Protocol::ftp_data;
  for (Side& side : impl_->sides) {
    side.mode = Mode::followed;
    side.slot = 0;
  }
}

void Conversation::datagram(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept {
  if (impl_->encrypted || bytes.empty()) return;
  const Outlet out{direction, impl_->sides[index_of(direction)].field, sink};
  const Protocol protocol = read_datagram(bytes, origin, out);
  if (impl_->protocol == Protocol::unknown || impl_->protocol == Protocol::udp) impl_->protocol = protocol;
  impl_->datagram[index_of(direction)] = protocol;
  const bool handshaking = impl_->quic != nullptr || impl_->wireguard != nullptr;
  if (handshaking && impl_->unproven < kMaxUnproven) ++impl_->unproven;
  constexpr std::uint8_t kLongHeader = 0xc0;  // of QUIC
  const bool may_be_proven = WireGuard::may_be(bytes) || (bytes[0] & kLongHeader) == kLongHeader;
  if (impl_->exposure != nullptr && protocol == Protocol::udp && !may_be_proven)
    impl_->exposure->datagram(bytes);
  if (WireGuard::may_be(bytes)) {
    if (!impl_->wireguard) impl_->wireguard = std::make_unique<WireGuard>();
    if (impl_->wireguard->see(direction, bytes)) return impl_->proven(Protocol::wireguard, sink);
  }
  if ((bytes[0] & kLongHeader) != kLongHeader) return;
  if (!impl_->quic) impl_->quic = std::make_unique<Quic>();
  if (impl_->quic->see(direction, bytes)) impl_->proven(Protocol::quic, sink);
}

void Conversation::watch_exposure(bool picked_up) noexcept {
  if (impl_->exposure == nullptr) impl_->exposure = std::make_unique<ExposureWatch>(picked_up);
}

void Conversation::pause(Direction direction) noexcept {
  if (impl_->exposure != nullptr) impl_->exposure->sample(direction).pause();
}

Exposure Conversation::exposure() const noexcept { return impl_->exposed(); }

Protocol Conversation::protocol() const noexcept { return impl_->protocol; }
Protocol Conversation::spoken(Direction direction) const noexcept {
  if (impl_->encrypted) return impl_->protocol;
  const Side& side = impl_->sides[index_of(direction)];
  if (const Follower* const follower = impl_->follower_of(side)) return follower->spoken(direction);
  if (side.mode == Mode::raw) return Protocol::raw;
  const Protocol datagram = impl_->datagram[index_of(direction)];
  if (datagram != Protocol::udp || impl_->unproven >= kMaxUnproven) return datagram;
  if (impl_->quic != nullptr) return Protocol::quic;
  return impl_->wireguard != nullptr ? Protocol::wireguard : datagram;
}
bool Conversation::encrypted() const noexcept { return impl_->encrypted; }
std::string_view Conversation::server_name() const noexcept {
  const TlsHellos* const hellos = impl_->hellos();
  return hellos == nullptr ? std::string_view() : std::string_view(hellos->server_name);
}
std::uint16_t Conversation::tls_version() const noexcept {
  const TlsHellos* const hellos = impl_->hellos();
  return hellos == nullptr ? std::uint16_t{0} : hellos->version;
}

}  // namespace bulkhead
