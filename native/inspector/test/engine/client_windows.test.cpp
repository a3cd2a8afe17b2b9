#include "decide/client_windows.hpp"
#include "engine/engine_rig.hpp"

namespace bulkhead::test {

TEST_CASE("what a client showed one engine counts in another one that shares its windows") {
  SensorSpec spec{"cards", {"payment-card"}, Confidence::medium, 2, Verdict::block, DirectionScope::both};
  spec.window_s = 60;
  const auto program = program_of({spec});
  const auto shows = [](EngineRig& rig, const std::string& card) {
    TcpScript tcp;
    rig.feed_all(tcp.handshake());
    return rig.feed(tcp.request(post("{\"cardNumber\":\"" + card + "\"}")));
  };
  EngineConfig config;
  config.clients = std::make_shared<ClientWindows>(1, 2);
  EngineRig one(true, program, config), other(true, program, config), alone(true, program);
  CHECK(shows(one, "4111111111111111") == Action::forward);
  CHECK(shows(alone, "5555555555554444") == Action::forward);
  CHECK(shows(other, "5555555555554444") == Action::reset);
}

}  // namespace bulkhead::test
