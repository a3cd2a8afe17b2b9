#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

using Protocols = std::vector<Protocol>;

struct Talk {
  explicit Talk(bool inline_mode = true) : rig(inline_mode, program_of({sensor("payment-card", Verdict::block)})) {}
  void open() { rig.feed_all(tcp.handshake()); }
  void ask(std::string_view text) { rig.feed(tcp.request(text)); }
  void answer(std::string_view text) { rig.feed(tcp.response(text)); }

  TcpScript tcp;
  EngineRig rig;
};

constexpr std::string_view kRequest = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";

}  // namespace

TEST_CASE("what a session speaks is told once, however long it goes on") {
  for (const bool inline_mode : {true, false}) {
    Talk talk(inline_mode);
    talk.open();
    CHECK(talk.rig.spoken.empty());
    for (int i = 0; i < 3; ++i) {
      talk.ask(kRequest);
      talk.answer(ok("{}"));
    }
    CHECK(talk.rig.spoken == Protocols{Protocol::http1});
  }
}

TEST_CASE("it is told with the byte that shows it, not before") {
  Talk talk;
  talk.open();
  constexpr std::string_view banner = "SSH-2.0-OpenSSH_9.6\r\n";
  for (const char byte : banner) talk.answer(std::string_view(&byte, 1));
  CHECK(talk.rig.spoken == Protocols{Protocol::ssh});
}

TEST_CASE("what changes within a session is told again") {
  Talk talk;
  talk.open();
  talk.answer("220 mail ESMTP\r\n");
  talk.ask("EHLO shop\r\n");
  talk.answer("250 STARTTLS\r\n");
  talk.ask("STARTTLS\r\n");
  talk.answer("220 go ahead\r\n");
  CHECK(talk.rig.spoken == Protocols{Protocol::smtp});
  std::string hello = {0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3};
  hello += std::string(32, 'r') + std::string("\0\0\x02\x13\x01\x01\0", 7);
  talk.ask(hello);
  CHECK(talk.rig.spoken == Protocols{Protocol::smtp, Protocol::tls});
}

TEST_CASE("both sides are told where they speak different things") {
  Talk talk;
  talk.open();
  talk.ask(kRequest);
  talk.answer("-ERR unknown command\r\n");
  CHECK(talk.rig.spoken == Protocols{Protocol::http1, Protocol::raw});
}

TEST_CASE("what no protocol explains is told as such, also when too little came to try them all") {
  Talk talk;
  talk.open();
  talk.ask("\x01\x02 nothing that anybody knows \xff");
  CHECK(talk.rig.spoken == Protocols{Protocol::raw});
  Talk brief;
  brief.open();
  brief.ask("*1");
  CHECK(brief.rig.spoken.empty());
  brief.rig.feed(brief.tcp.fin(true));
  CHECK(brief.rig.spoken == Protocols{Protocol::raw});
}

TEST_CASE("a session without bytes, and one that was there before the inspector, are not told") {
  Talk silent;
  silent.open();
  silent.rig.feed(silent.tcp.fin(true));
  silent.rig.feed(silent.tcp.fin(false));
  Talk before;
  before.ask(kRequest);
  before.answer(ok("{}"));
  CHECK(silent.rig.spoken.empty());
  CHECK(before.rig.spoken.empty());
}

TEST_CASE("bytes behind a hole are not told as what nobody knows") {
  Talk talk(false);
  talk.open();
  (void)talk.tcp.request("lost");
  for (int i = 0; i < 20; ++i) talk.ask(std::string(40'000, 'x'));
  talk.rig.engine().finish();
  REQUIRE(!talk.rig.of(EventKind::exception).empty());
  CHECK(talk.rig.spoken.empty());
}

}  // namespace bulkhead::test
