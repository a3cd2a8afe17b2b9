#include "bulkhead/applications.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

bool is_peer(const ApplicationRule& rule, const Address& address) noexcept {
  if (rule.any_peer) return true;
  const std::vector<AddressRange>& peers = address.is_v4() ? rule.peers_v4 : rule.peers_v6;
  // The last range that begins at or before the address.
  const auto after = std::upper_bound(peers.begin(), peers.end(), address,
                                      [](const Address& a, const AddressRange& range) { return a.bytes < range.first.bytes; });
  return after != peers.begin() && address.bytes <= std::prev(after)->last.bytes;
}

bool is_port(const ApplicationRule& rule, const ApplicationFlow& flow) noexcept {
  return rule.any_port || std::any_of(rule.ports.begin(), rule.ports.end(), [&](const PortSpan& span) {
           return span.ip_protocol == flow.ip_protocol && span.first <= flow.port && flow.port <= span.last;
         });
}

bool concerns(const ApplicationRule& rule, const ApplicationFlow& flow) noexcept {
  return is_port(rule, flow) && is_peer(rule, flow.peer);
}

struct Heard {
  const ApplicationRule* denied = nullptr;
  bool allowed = false;
  bool closed = false;
};

Heard hear(const ApplicationDirection& rules, bool tried, const ApplicationFlow& flow, Protocol spoken) noexcept {
  Heard heard;
  for (const ApplicationRuleSet& set : rules.sets) {
    if (set.tried != tried) continue;
    heard.closed = true;
    const auto rule = std::find_if(set.rules.begin(), set.rules.end(), [&](const ApplicationRule& one) {
      return (one.applications & protocol_bit(spoken)) != 0 && concerns(one, flow);
    });
    if (rule == set.rules.end()) continue;
    heard.allowed = heard.allowed || rule->allows;
    if (!rule->allows && heard.denied == nullptr) heard.denied = &*rule;
  }
  return heard;
}

}  // namespace

bool depends_on_application(const ApplicationDirection& rules, const ApplicationFlow& flow) noexcept {
  for (const ApplicationRuleSet& set : rules.sets) {
    for (const ApplicationRule& rule : set.rules) {
      if (!concerns(rule, flow)) continue;
      if (rule.applications != kAnyProtocol) return true;
      break;  // it speaks for the list, whatever is spoken
    }
  }
  return false;
}

ApplicationDecision judge_application(const ApplicationDirection& rules, const ApplicationFlow& flow,
                                      Protocol spoken) noexcept {
  const Heard hard = hear(rules, false, flow, spoken);
  if (hard.denied != nullptr) return {Verdict::block, hard.denied->id};
  if (hard.closed && !hard.allowed) return {Verdict::block, rules.closed_id};
  const Heard soft = hear(rules, true, flow, spoken);
  if (soft.denied != nullptr) return {Verdict::alert, soft.denied->id};
  if (soft.closed && !hard.allowed && !soft.allowed) return {Verdict::alert, rules.tried_id};
  return {};
}

}  // namespace bulkhead
