#include "protocol/dialogue.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>

namespace bulkhead {

std::string Outcome::text() const {
  std::string out = log.text();
  if (encrypted) out += "encrypted\n";
  if (!server_name.empty()) out += "server name " + server_name + '\n';
  const std::string version = std::to_string(tls_version >> 8) + '.' + std::to_string(tls_version & 0xff);
  if (tls_version != 0) out += "version " + version + '\n';
  return out;
}

Outcome play(const Dialogue& dialogue, const Cutter& cutter, const DecodeLimits& limits) {
  Outcome outcome;
  Conversation conversation(make_decode_pool(limits));
  for (std::size_t i = 0; i < dialogue.size(); ++i) {
    const Turn& turn = dialogue[i];
    if (turn.kind == Turn::Kind::gap) conversation.gap(turn.direction, turn.missing, outcome.log);
    if (turn.kind == Turn::Kind::end) conversation.end(turn.direction, outcome.log);
    const bool datagram = turn.kind == Turn::Kind::datagram;
    for (std::size_t at = 0; at < turn.bytes.size();) {
      const std::size_t left = turn.bytes.size() - at;
      const std::size_t size = datagram ? left : std::clamp<std::size_t>(cutter(i, at, left), 1, left);
      const auto piece = std::make_unique<std::uint8_t[]>(size);
      std::memcpy(piece.get(), turn.bytes.data() + at, size);
      if (datagram) {
        conversation.datagram(turn.direction, {piece.get(), size}, Origin::in_packet, outcome.log);
      } else {
        conversation.feed(turn.direction, {piece.get(), size}, Origin::in_packet, outcome.log);
      }
      at += size;
    }
  }
  conversation.end(Direction::request, outcome.log);
  conversation.end(Direction::response, outcome.log);
  outcome.protocol = conversation.protocol();
  outcome.encrypted = conversation.encrypted();
  outcome.server_name = conversation.server_name();
  outcome.tls_version = conversation.tls_version();
  return outcome;
}

Cutter whole() {
  return [](std::size_t, std::size_t, std::size_t left) { return left; };
}

Cutter byte_by_byte() {
  return [](std::size_t, std::size_t, std::size_t) { return std::size_t{1}; };
}

Cutter once(std::size_t turn, std::size_t offset) {
  return [=](std::size_t i, std::size_t at, std::size_t left) { return i == turn && at < offset ? offset - at : left; };
}

Cutter at_random(std::uint64_t seed) {
  return [random = std::mt19937_64(seed)](std::size_t, std::size_t, std::size_t left) mutable {
    const std::size_t longest = (random() & 7) == 0 ? left : 24;
    return 1 + static_cast<std::size_t>(random() % longest);
  };
}

}  // namespace bulkhead
