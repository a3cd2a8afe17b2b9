#pragma once

#include <cstdint>
#include <memory>

#include "bulkhead/applications.hpp"
#include "engine/packet_context.hpp"
#include "flow/stream_consumer.hpp"
#include "protocol/conversation.hpp"

namespace bulkhead {

/// Holds one session to what may be spoken in it. Costs nothing but a comparison where no rule asks.
///
/// Both directions are judged by what they turn out to speak, as often as that changes. A direction that is not known
/// yet passes: it takes some bytes to be known, at most those that an opening needs. What no protocol explains is judged
/// as Protocol::raw, except after a hole or where the session was there before the inspector: then it may be the middle
/// of anything.
class ApplicationGate {
 public:
  /// Judges by other rules from now on; null: none.
  void use(std::shared_ptr<const ApplicationRules> rules) noexcept;
  [[nodiscard]] bool watching() const noexcept { return state_ != State::idle; }
  /// A hole in this direction: what follows is not known for what it is.
  void lose(Direction direction) noexcept { lost_[index_of(direction)] = true; }
  [[nodiscard]] bool lost(Direction direction) const noexcept { return lost_[index_of(direction)]; }
  /// Judges what is known now. `direction` is that of the packet.
  void judge(PacketContext& context, Session& session, const Conversation& conversation, Direction direction) noexcept;
  /// What both directions speak is known, and allowed.
  [[nodiscard]] bool settled() const noexcept { return state_ == State::settled; }

 private:
  enum class State : std::uint8_t {
    idle,      ///< nobody asks, or it makes no difference
    unplaced,  ///< not known which end is the workload
    watching,
    settled,
  };
  void place(const PacketContext& context, const Session& session, Direction direction) noexcept;

  std::shared_ptr<const ApplicationRules> rules_;
  State state_ = State::idle;
  LocalEnd local_ = LocalEnd::unknown;
  bool lost_[2] = {false, false};
  Protocol judged_[2] = {Protocol::unknown, Protocol::unknown};
};

}  // namespace bulkhead
