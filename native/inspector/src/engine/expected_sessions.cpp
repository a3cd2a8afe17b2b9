#include "engine/expected_sessions.hpp"

#include <algorithm>

namespace bulkhead {

void ExpectedSessions::announce(const SessionView& control, const Announcement& announced,
                                std::uint64_t now_ns) noexcept {
  auto* const known = std::find_if(expected_.begin(), expected_.end(),
                                   [&](const Expected& expected) { return expected.control == control.id; });
  Expected* expected = known;
  if (announced.kind == Announcement::Kind::name) {
    if (known == expected_.end()) return;
    expected->name.size = static_cast<std::uint8_t>(std::min(announced.name.size(), expected->name.text.size()));
    std::copy_n(announced.name.begin(), expected->name.size, expected->name.text.begin());
    return;
  }
  if (known == expected_.end()) {
    expected = &expected_[next_++ % kMost];
    if (expected->control == 0) ++count_;
  }
  const bool at_server = announced.kind == Announcement::Kind::at_server;
  const Address& other = at_server ? control.server : control.client;
  *expected = {control.id, now_ns + kLifetimeNs, control.tenant, announced.port,
               announced.has_address ? announced.address : other, other,
               at_server ? control.client : control.server, {}};
}

std::optional<ExpectedSessions::Name> ExpectedSessions::take(const SessionView& session, std::uint64_t now_ns) noexcept {
  if (count_ == 0) return std::nullopt;
  for (Expected& expected : expected_) {
    if (expected.control == 0) continue;
    if (expected.until_ns < now_ns) {
      expected = {};
      --count_;
      continue;
    }
    if (expected.port != session.server_port || expected.tenant != session.tenant) continue;
    if (expected.from != session.client) continue;
    if (expected.address != session.server && expected.other != session.server) continue;
    const Name name = expected.name;
    expected = {};
    --count_;
    return name;
  }
  return std::nullopt;
}

}  // namespace bulkhead
