#pragma once

#include <cstdint>
#include <vector>

#include "bulkhead/field.hpp"
#include "bulkhead/program.hpp"

namespace bulkhead {

/// One bit for each Protocol.
using ProtocolSet = std::uint64_t;
inline constexpr ProtocolSet kAnyProtocol = ~ProtocolSet{0};
[[nodiscard]] constexpr ProtocolSet protocol_bit(Protocol protocol) noexcept {
  return ProtocolSet{1} << static_cast<unsigned>(protocol);
}

/// Ports of the end that is called, both ends included.
struct PortSpan {
  std::uint8_t ip_protocol = 6;
  std::uint16_t first = 0, last = 0xffff;
};

/// A rule of the firewall about who may talk to whom. It holds when every criterion does.
struct ApplicationRule {
  std::uint32_t id = 0;  ///< comes back with what it decides
  bool allows = true;
  bool any_peer = true;
  std::vector<AddressRange> peers_v4 = {}, peers_v6 = {};  ///< disjoint, in order
  bool any_port = true;
  std::vector<PortSpan> ports = {};
  ProtocolSet applications = kAnyProtocol;
};

/// An ordered list, of which the first rule that holds speaks for the list.
struct ApplicationRuleSet {
  bool tried = false;  ///< what it denies is only told
  std::vector<ApplicationRule> rules;
};

/// Flows that are opened in one direction. No set: nothing is said about them.
struct ApplicationDirection {
  std::vector<ApplicationRuleSet> sets;
  std::uint32_t closed_id = 0;  ///< what comes back when no list in force allows a flow
  std::uint32_t tried_id = 0;   ///< when no list at all does
};

/// The rules about what may be spoken with the workloads of a tenant. The kernel's firewall has judged addresses and
/// ports by the same rules; where rules name applications it has left the flow to be judged here.
struct ApplicationRules {
  ApplicationDirection ingress, egress;
};

/// Which end of a session is the workload.
enum class LocalEnd : std::uint8_t { unknown, client, server, neither };

struct ApplicationDecision {
  Verdict verdict = Verdict::allow;  ///< allow, alert, or block
  std::uint32_t rule = 0;            ///< who said so; nothing when allowed
};

/// What one session's flow is, apart from what it speaks.
struct ApplicationFlow {
  Address peer;
  std::uint16_t port = 0;  ///< of the server
  std::uint8_t ip_protocol = 6;
};

/// Whether what is spoken makes a difference for a flow.
[[nodiscard]] bool depends_on_application(const ApplicationDirection& rules, const ApplicationFlow& flow) noexcept;
/// Decides a flow of which is known what it speaks.
[[nodiscard]] ApplicationDecision judge_application(const ApplicationDirection& rules, const ApplicationFlow& flow,
                                                    Protocol spoken) noexcept;

}  // namespace bulkhead
