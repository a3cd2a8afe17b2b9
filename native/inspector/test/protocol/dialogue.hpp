#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bulkhead/packet.hpp"
#include "protocol/conversation.hpp"
#include "protocol/event_log.hpp"

namespace bulkhead {

/// What happens to a session, in order.
struct Turn {
  enum class Kind : std::uint8_t { bytes, gap, end, datagram };
  Kind kind = Kind::bytes;
  Direction direction = Direction::request;
  std::string bytes;
  std::uint64_t missing = 0;
};
using Dialogue = std::vector<Turn>;

/// How many of the remaining bytes of a turn are fed at once.
using Cutter = std::function<std::size_t(std::size_t turn, std::size_t offset, std::size_t left)>;

/// What is left of a session when it is over.
struct Outcome {
  EventLog log;
  Protocol protocol = Protocol::unknown;
  bool encrypted = false;
  std::string server_name;
  std::uint16_t tls_version = 0;

  [[nodiscard]] std::string text() const;
};

/// Plays a dialogue to a new Conversation, each piece in memory of its own. Both directions end with it.
Outcome play(const Dialogue& dialogue, const Cutter& cutter, const DecodeLimits& limits = {});

Cutter whole();
Cutter byte_by_byte();
/// Cuts turn `turn` once, at `offset`.
Cutter once(std::size_t turn, std::size_t offset);
/// Cuts everything at places that depend on the seed alone.
Cutter at_random(std::uint64_t seed);

}  // namespace bulkhead
