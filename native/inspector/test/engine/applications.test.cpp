#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

constexpr std::uint32_t kRule = 7, kClosed = 8, kTried = 9;

/// HTTP alone may be spoken with the workload, whoever calls it.
std::shared_ptr<const ApplicationRules> only_http(bool tried = false) {
  auto rules = std::make_shared<ApplicationRules>();
  ApplicationRule rule{kRule};
  rule.applications = protocol_bit(Protocol::http1) | protocol_bit(Protocol::http2);
  rules->ingress.sets.push_back({tried, {rule}});
  rules->ingress.closed_id = kClosed;
  rules->ingress.tried_id = kTried;
  return rules;
}

/// A client, elsewhere, and the workload that it calls.
struct Gate {
  explicit Gate(std::shared_ptr<const ApplicationRules> rules, std::vector<SensorSpec> sensors = {}, bool inline_mode = true)
      : rig(inline_mode, program_of(std::move(sensors))) {
    rig.engine().set_applications(0, std::move(rules));
    rig.feed_all(tcp.handshake());
  }
  Action ask(std::string_view text) {
    constexpr std::size_t kMost = 40'000;  // a packet's
    Action action = feed(Way::in, tcp.request(text.substr(0, kMost)));
    while (text.size() > kMost && action != Action::reset) {
      text.remove_prefix(kMost);
      action = feed(Way::in, tcp.request(text.substr(0, kMost)));
    }
    return action;
  }
  Action answer(std::string_view text) { return feed(Way::out, tcp.response(std::string(text))); }
  Action feed(Way way, Buffer packet) {
    rig.way = way;
    return rig.feed(packet);
  }
  [[nodiscard]] std::vector<SeenEvent> denied() const { return rig.of(EventKind::application_denied); }

  TcpScript tcp;
  EngineRig rig;
};

}  // namespace

TEST_CASE("what may be spoken passes, and is handed over once both sides speak it and no sensor looks") {
  Gate gate(only_http());

  CHECK(gate.ask(post("{}")) == Action::forward);
  CHECK(gate.answer(ok("{}")) == Action::offload);
  CHECK(gate.denied().empty());
  CHECK(gate.rig.of(EventKind::session_offloaded).empty());
}

TEST_CASE("with sensors it is followed to its end") {
  Gate gate(only_http(), {sensor("payment-card", Verdict::block)});

  CHECK(gate.ask(post("{}")) == Action::forward);
  CHECK(gate.answer(ok("{}")) == Action::forward);
  CHECK(gate.ask(post(R"({"cardNumber":"4111111111111111"})")) == Action::reset);
}

TEST_CASE("what may not be spoken is reset with the packet that shows it, and the rule is named") {
  for (const auto& [text, protocol] : {std::pair{"SSH-2.0-OpenSSH_9.6\r\n", Protocol::ssh},
                                       std::pair{"*1\r\n$4\r\nPING\r\n", Protocol::redis},
                                       std::pair{"\x01\x02 nothing that anybody knows \xff", Protocol::raw}}) {
    CAPTURE(text);
    Gate gate(only_http());
    CHECK(gate.ask(text) == Action::reset);
    REQUIRE(gate.denied().size() == 1);
    CHECK(gate.denied()[0].rule == kClosed);
    CHECK(gate.denied()[0].protocol == protocol);
    CHECK(gate.denied()[0].verdict == Verdict::block);
    CHECK(gate.rig.of(EventKind::session_blocked).size() == 1);
  }
}

TEST_CASE("a server that speaks first is judged as well") {
  Gate gate(only_http());
  CHECK(gate.answer("SSH-2.0-OpenSSH_9.6\r\n") == Action::reset);
  CHECK(gate.denied().size() == 1);
}

TEST_CASE("however it is cut, it is known in the end") {
  const std::string_view banner = "SSH-2.0-OpenSSH_9.6\r\n";
  Gate gate(only_http());
  bool reset = false;
  for (const char byte : banner) reset = reset || gate.ask(std::string_view(&byte, 1)) == Action::reset;
  CHECK(reset);
}

TEST_CASE("behind a request of HTTP only another one is HTTP") {
  const std::string first = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";
  for (const std::string& more : {first, post("{}"), "\r\n" + first, std::string("get /a?b c http/1.0 \n\n"),
                                  "PURGE /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n"}) {
    CAPTURE(more);
    Gate gate(only_http());
    CHECK(gate.ask(first + more) == Action::forward);
    CHECK(gate.denied().empty());
  }
  for (const std::string& more :
       {std::string("*1\r\n$4\r\nPING\r\n"), std::string("PING\r\n"), std::string("SSH-2.0-OpenSSH_9.6\r\n"),
        std::string("GET key\r\n"), std::string("GET  HTTP/1.1x\r\n"), std::string("{} / HTTP/1.1\r\n"),
        std::string("\x16\x03\x01"), std::string(300'000, 'a')}) {
    CAPTURE(more);
    Gate gate(only_http());
    CHECK(gate.ask(first) == Action::forward);
    CHECK(gate.ask(more) == Action::reset);
    REQUIRE(gate.denied().size() == 1);
    CHECK(gate.denied()[0].protocol == Protocol::raw);
  }
}

TEST_CASE("what begins with a word of HTTP and is none is not taken for it") {
  Gate redis(only_http());
  CHECK(redis.ask("GET key\r\n") == Action::reset);
  Gate answered(only_http());
  CHECK(answered.ask("GET / HTTP/1.1\r\n\r\n") == Action::forward);
  CHECK(answered.answer("-ERR unknown command\r\n") == Action::reset);
  Gate lenient(only_http());
  CHECK(lenient.ask("GET / HTTP/1.1\r\n\r\n") == Action::forward);
  CHECK(lenient.answer("http/1.1  404\n\n") != Action::reset);
}

TEST_CASE("rules that are tried, and an inspector beside the traffic, only tell") {
  Gate tried(only_http(true));
  CHECK(tried.ask("*1\r\n$4\r\nPING\r\n") == Action::forward);
  REQUIRE(tried.denied().size() == 1);
  CHECK(tried.denied()[0].rule == kTried);
  CHECK(tried.denied()[0].verdict == Verdict::alert);

  Gate beside(only_http(), {}, false);
  CHECK(beside.ask("*1\r\n$4\r\nPING\r\n") == Action::forward);
  CHECK(beside.denied().size() == 1);
}

TEST_CASE("flows of the other direction, and those that only pass through, are not judged by it") {
  Gate out(only_http());
  CHECK(out.feed(Way::out, out.tcp.request("*1\r\n$4\r\nPING\r\n")) == Action::forward);
  Gate through(only_http());
  CHECK(through.feed(Way::through, through.tcp.request("*1\r\n$4\r\nPING\r\n")) == Action::forward);
  CHECK(out.denied().empty());
  CHECK(through.denied().empty());
}

TEST_CASE("changed rules judge sessions that are open") {
  Gate gate(nullptr, {sensor("payment-card", Verdict::block)});
  CHECK(gate.ask("*1\r\n$4\r\nPING\r\n") == Action::forward);
  gate.rig.engine().set_applications(0, only_http());
  CHECK(gate.ask("*1\r\n$4\r\nPING\r\n") == Action::reset);
}

TEST_CASE("the first rule that holds speaks for its set, what one set denies is denied") {
  ApplicationDirection rules;
  ApplicationRule web{1}, never{2, false}, rest{3};
  web.ports = {{6, 8080, 8080}};
  web.any_port = false;
  web.applications = protocol_bit(Protocol::http1);
  never.any_peer = false;
  AddressRange range;
  range.first.bytes = range.last.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
  range.last.bytes[15] = 9;
  never.peers_v4 = {range};
  rules.sets = {{false, {web, never, rest}}};
  rules.closed_id = 4;
  ApplicationFlow flow{range.first, 8080, 6};

  CHECK(depends_on_application(rules, flow));
  CHECK(judge_application(rules, flow, Protocol::http1).verdict == Verdict::allow);
  CHECK(judge_application(rules, flow, Protocol::ssh).rule == 2);
  flow.port = 22;
  CHECK_FALSE(depends_on_application(rules, flow));
  CHECK(judge_application(rules, flow, Protocol::http1).verdict == Verdict::block);
  flow.peer.bytes[15] = 10;
  CHECK(judge_application(rules, flow, Protocol::http1).verdict == Verdict::allow);

  ApplicationRule no_ssh{5, false};
  no_ssh.applications = protocol_bit(Protocol::ssh);
  rules.sets.push_back({true, {no_ssh, rest}});
  CHECK(judge_application(rules, flow, Protocol::ssh).verdict == Verdict::alert);
  CHECK(judge_application(rules, flow, Protocol::ssh).rule == 5);
}

}  // namespace bulkhead::test
