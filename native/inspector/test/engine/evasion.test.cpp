#include <algorithm>
#include <map>
#include <random>

#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

// A literal, since it needs neither boundary nor context: what junk stands beside it cannot excuse the inspector.
constexpr std::string_view kSecret = "the-secret-itself";
const std::string kStream = "first line of a note\nthe word is " + std::string(kSecret) + " and a last line\n";
const std::string kHarmless = "first line of a note\nthe word is said by nobody, and a last line\n";

struct Sent {
  Buffer packet;
  /// What the inspector cannot tell from a true segment, but some receivers never take: its TTL ends on the way, its
  /// timestamp is older than the last one they saw, their signature option says no.
  bool decoy = false;
};

/// How a host reads what reaches it. Hosts differ, and a sender that wants to hide knows which one it talks to.
struct Receiver {
  bool takes_decoys;
  bool first_wins;       ///< of two segments for the same bytes, while both wait behind a hole
  bool ends_on_reset;    ///< at the exact sequence number; the other kind ignores resets
  bool reads_after_fin;
};

/// The bytes one receiver's application reads, from the packets that were let through.
class Host {
 public:
  explicit Host(const Receiver& kind) : kind_(kind) {}

  void take(const Sent& sent) {
    if (ended_ || (sent.decoy && !kind_.takes_decoys)) return;
    const Buffer& p = sent.packet;
    const std::uint8_t flags = p[33];
    const std::uint32_t offset = sequence_of(p) - first_;
    if ((flags & kSyn) != 0) return;
    if ((flags & kRst) != 0) {
      if (kind_.ends_on_reset && offset == read_.size()) ended_ = true;
      return;
    }
    const std::size_t header = 20 + std::size_t{p[32]} / 16 * 4;
    for (std::size_t i = header; i < p.size(); ++i) {
      const std::uint32_t at = offset + static_cast<std::uint32_t>(i - header);
      if (at > 0xffff || at < read_.size()) continue;  // outside the window, or read already
      if (kind_.first_wins) waiting_.try_emplace(at, p[i]);
      else waiting_.insert_or_assign(at, p[i]);
    }
    while (!waiting_.empty() && waiting_.begin()->first == read_.size()) {
      read_.push_back(static_cast<char>(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
    }
    if ((flags & kFin) != 0 && offset + (p.size() - header) <= read_.size() && !kind_.reads_after_fin) ended_ = true;
  }

  [[nodiscard]] const std::string& read() const { return read_; }

 private:
  static std::uint32_t sequence_of(const Buffer& p) {
    return std::uint32_t{p[24]} << 24 | std::uint32_t{p[25]} << 16 | std::uint32_t{p[26]} << 8 | p[27];
  }

  const std::uint32_t first_ = sequence_of(TcpScript().at(true, 0, {}));
  Receiver kind_;
  std::string read_;
  std::map<std::uint32_t, std::uint8_t> waiting_;
  bool ended_ = false;
};

void repair_checksum(Buffer& p) {
  put16(p, 36, 0);
  put16(p, 36, internet_checksum(p.data() + 20, p.size() - 20, pseudo_sum(p, 20)));
}

/// A segment whose header carries `options`, padded with no-operations.
Buffer with_options(const Buffer& plain, Buffer options) {
  while (options.size() % 4 != 0) options.push_back(1);
  Buffer p(plain.begin(), plain.begin() + 40);
  p.insert(p.end(), options.begin(), options.end());
  p.insert(p.end(), plain.begin() + 40, plain.end());
  put16(p, 2, static_cast<std::uint32_t>(p.size()));
  put16(p, 10, 0);
  put16(p, 10, internet_checksum(p.data(), 20, 0));
  p[32] = static_cast<std::uint8_t>((5 + options.size() / 4) << 4);
  repair_checksum(p);
  return p;
}

/// A segment of the stream's place whose bytes are others: it breaks the secret where it lies over it.
Sent decoy_at(std::mt19937& random, TcpScript& tcp, std::size_t at, std::size_t size) {
  std::string junk(size, 'x');
  for (char& c : junk) c = static_cast<char>("xt-"[random() % 3]);
  Buffer p = tcp.at(true, static_cast<std::uint32_t>(at), junk);
  switch (random() % 4) {
    case 0:
      return {with_options(p, {8, 10, 0, 0, 0, 1, 0, 0, 0, 0}), true};  // a timestamp of long ago
    case 1: {
      Buffer signature(18, 0x5a);
      signature[0] = 19;
      signature[1] = 18;
      return {with_options(p, signature), true};
    }
    case 2:
      p[8] = 1;  // ends at the next router
      put16(p, 10, 0);
      put16(p, 10, internet_checksum(p.data(), 20, 0));
      return {p, true};
    default:
      return {p, false};  // every host takes it, if it comes first
  }
}

/// Packets that mean nothing to the receiver, and could mislead an inspector.
Sent trick(std::mt19937& random, TcpScript& tcp, std::size_t length) {
  const auto anywhere = static_cast<std::uint32_t>(random() % (length + 40));
  switch (random() % 9) {
    case 0: return {tcp.at(true, anywhere, {}, kRst), false};
    case 1: return {tcp.at(true, anywhere, {}, kRst | kAck), true};
    case 2: return {tcp.at(true, anywhere, {}, kFin | kAck), random() % 2 == 0};
    case 3: return {tcp.at(true, anywhere, {}, kSyn), false};
    case 4: return {tcp.at(true, anywhere, "4", kSyn | kFin), true};
    case 5: return {tcp.at(true, 1U << 20, "far outside the window"), true};
    case 6: return {tcp.at(true, anywhere, "99", 0), true};  // no ACK flag: hosts refuse it
    case 7: {
      Buffer p = tcp.at(true, anywhere, "88");
      put32(p, 28, 0x7000'0000);  // acknowledges what was never sent
      repair_checksum(p);
      return {p, true};
    }
    default: {
      Buffer p = tcp.at(true, anywhere, "wrong");
      p[36] ^= 0x5a;
      return {p, true};
    }
  }
}

std::vector<Sent> attack(std::uint32_t seed, TcpScript& tcp, std::string_view stream, bool hostile) {
  std::mt19937 random(seed);
  std::vector<Sent> sent;
  const std::size_t largest = 1 + random() % 24;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t size = std::min<std::size_t>(1 + random() % largest, stream.size() - at);
    if (hostile && random() % 3 == 0) sent.push_back(trick(random, tcp, stream.size()));
    if (hostile && random() % 3 == 0) {
      const std::size_t from = at - std::min<std::size_t>(random() % 12, at);
      sent.push_back(decoy_at(random, tcp, from, 1 + random() % 20));
    }
    sent.push_back({tcp.at(true, static_cast<std::uint32_t>(at), stream.substr(at, size)), false});
    at += size;
  }
  for (std::size_t i = 0; i + 1 < sent.size(); ++i)
    std::swap(sent[i], sent[i + random() % std::min<std::size_t>(5, sent.size() - i)]);
  // A sender repeats what was not acknowledged: in one piece, and byte by byte.
  sent.push_back({tcp.at(true, 0, stream), false});
  for (std::size_t at = 0; at < stream.size(); ++at)
    sent.push_back({tcp.at(true, static_cast<std::uint32_t>(at), stream.substr(at, 1)), false});
  return sent;
}

/// Whether the inspector is shown a whole handshake, or what the rules show it: bare acknowledgements skip the queue.
enum class Opening : std::uint8_t { whole, unacknowledged };

Opening opening_of(std::uint32_t seed) { return seed % 2 == 0 ? Opening::whole : Opening::unacknowledged; }

struct Outcome {
  std::string read;
  bool blocked = false;
};

/// Plays the packets through an inline engine, and what it lets through to the receiver, which acknowledges.
Outcome play(std::vector<Sent> packets, const Receiver& kind, Opening opening, Verdict action_of_sensor = Verdict::block) {
  EngineRig rig(true, program_of({sensor("secret", action_of_sensor)}, {{"secret", std::string(kSecret), false}}));
  TcpScript tcp;
  rig.feed(tcp.syn());
  rig.feed(tcp.syn_ack());
  if (opening == Opening::whole) rig.feed(tcp.ack());
  Host host(kind);
  Outcome outcome;
  for (Sent& sent : packets) {
    const Action action = rig.feed(sent.packet);
    outcome.blocked = outcome.blocked || action == Action::reset;
    if (action != Action::forward && action != Action::forward_modified) continue;
    host.take(sent);
    Buffer acknowledgement = tcp.at(false, 0, {}, kAck);
    const auto next = static_cast<std::uint32_t>(host.read().size());
    const Buffer reached = tcp.at(true, next, {}, kAck);
    std::copy(reached.begin() + 24, reached.begin() + 28, acknowledgement.begin() + 28);
    repair_checksum(acknowledgement);
    rig.feed(acknowledgement);
  }
  outcome.read = host.read();
  return outcome;
}

std::vector<Receiver> all_receivers() {
  std::vector<Receiver> all;
  for (unsigned bits = 0; bits < 16; ++bits)
    all.push_back({(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0});
  return all;
}

}  // namespace

TEST_CASE("whatever tricks a sender plays with TCP, no receiver reads what should have been stopped") {
  std::size_t blocked = 0;
  for (const Receiver& kind : all_receivers()) {
    for (std::uint32_t seed = 1; seed <= 250; ++seed) {
      TcpScript tcp;
      const Verdict action = seed % 5 == 0 ? Verdict::mask : Verdict::block;
      const Outcome outcome = play(attack(seed, tcp, kStream, true), kind, opening_of(seed), action);
      blocked += outcome.blocked ? 1 : 0;
      REQUIRE_MESSAGE(outcome.read.find(kSecret) == std::string::npos,
                      "seed " << seed << ", receiver takes decoys " << kind.takes_decoys << ", first wins "
                              << kind.first_wins << ", resets " << kind.ends_on_reset << ", after FIN "
                              << kind.reads_after_fin);
    }
  }
  CHECK(blocked > 0);
}

TEST_CASE("segments in any size and order lose nothing where nobody plays tricks") {
  for (const Receiver& kind : all_receivers()) {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
      TcpScript tcp;
      const Outcome outcome = play(attack(seed, tcp, kHarmless, false), kind, opening_of(seed));
      REQUIRE_MESSAGE(outcome.read == kHarmless, "seed " << seed);
      REQUIRE_FALSE(outcome.blocked);
    }
  }
}

}  // namespace bulkhead::test
