#include "engine/application_gate.hpp"

#include <utility>

namespace bulkhead {
namespace {

constexpr std::uint8_t kTcp = 6, kUdp = 17;

/// A packet that comes in is for the local end, one that goes out is from it.
LocalEnd local_end(Way way, Direction direction) noexcept {
  if (way == Way::unknown) return LocalEnd::unknown;
  if (way == Way::through) return LocalEnd::neither;
  return (way == Way::in) == (direction == Direction::request) ? LocalEnd::server : LocalEnd::client;
}

const ApplicationDirection& direction_of(const ApplicationRules& rules, LocalEnd local) noexcept {
  return local == LocalEnd::server ? rules.ingress : rules.egress;
}

ApplicationFlow flow_of(const SessionView& view, LocalEnd local) noexcept {
  return {local == LocalEnd::server ? view.client : view.server, view.server_port, view.ip_protocol};
}

}  // namespace

void ApplicationGate::use(std::shared_ptr<const ApplicationRules> rules) noexcept {
  if (rules == rules_) return;
  rules_ = std::move(rules);
  judged_[0] = judged_[1] = Protocol::unknown;
  state_ = rules_ == nullptr ? State::idle : State::unplaced;
}

void ApplicationGate::place(const PacketContext& context, const Session& session, Direction direction) noexcept {
  const SessionView& view = session.view;
  if (session.midstream || (view.ip_protocol != kTcp && view.ip_protocol != kUdp)) local_ = LocalEnd::neither;
  if (local_ == LocalEnd::unknown && context.packet != nullptr) local_ = local_end(context.packet->way, direction);
  if (local_ == LocalEnd::unknown) return;
  const bool asked = local_ != LocalEnd::neither && depends_on_application(direction_of(*rules_, local_), flow_of(view, local_));
  state_ = asked ? State::watching : State::idle;
}

void ApplicationGate::judge(PacketContext& context, Session& session, const Conversation& conversation,
                            Direction direction) noexcept {
  if (state_ == State::unplaced) place(context, session, direction);
  if (state_ != State::watching && state_ != State::settled) return;
  bool all_known = true;
  for (const Direction side : {Direction::request, Direction::response}) {
    const Protocol spoken = conversation.spoken(side);
    const bool is_lost = lost_[index_of(side)] && spoken == Protocol::raw;
    all_known = all_known && spoken != Protocol::unknown && !is_lost;
    if (spoken == Protocol::unknown || is_lost || spoken == judged_[index_of(side)]) continue;
    judged_[index_of(side)] = spoken;
    const ApplicationDecision decision =
        judge_application(direction_of(*rules_, local_), flow_of(session.view, local_), spoken);
    if (decision.verdict == Verdict::allow) continue;
    const bool blocks = decision.verdict == Verdict::block && context.config.inline_mode;
    if (blocks) context.raise(Verdict::block);
    Event event{EventKind::application_denied, context.now_ns(), context.number(), side, &session.view};
    session.view.protocol = spoken;
    event.rule = decision.rule;
    event.verdict = decision.verdict;
    context.sink.on_event(event);
    if (blocks) return;
  }
  state_ = all_known ? State::settled : State::watching;
}

}  // namespace bulkhead
