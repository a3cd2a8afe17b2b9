#pragma once

#include <memory>
#include <span>

#include "protocol/conversation.hpp"
#include "protocol/follower.hpp"

namespace bulkhead {

/// Whether the first bytes of a direction are a protocol's: never again, not yet, surely.
enum class Match : std::uint8_t { no, maybe, yes };

/// A protocol that is known by its first bytes and followed by a Follower of its own. A function that is null: this side
/// does not show it.
///
/// A matcher sees 1 to Opening::kMost bytes, each time one more. It says `maybe` only while what the protocol fixes
/// leaves no room for a datum, since those bytes wait; and `yes` only for what hardly occurs by chance.
struct ProtocolEntry {
  using Matcher = Match (*)(Bytes first) noexcept;
  Matcher client;
  Matcher server;
  std::unique_ptr<Follower> (*make)(DecodePool& pool);
  bool after_upgrade = false;  ///< only where both sides agreed to leave HTTP/1
};

/// In the order in which they are asked.
std::span<const ProtocolEntry> protocol_table() noexcept;

}  // namespace bulkhead
