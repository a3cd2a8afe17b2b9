#include <random>

#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

using namespace std::string_literals;

struct Turn {
  bool from_client;
  std::string text;
};
using Turns = std::vector<Turn>;

std::shared_ptr<const Program> encryption_required(Confidence at_least = Confidence::medium) {
  return program_of({{"encryption", {"cleartext-traffic"}, at_least, 1, Verdict::block, DirectionScope::both}});
}

struct Outcome {
  std::string found;  ///< confidence and what was spoken, a line each
  std::size_t passed = 0;          ///< turns before one was stopped
};

constexpr const char* kConfidences[] = {"none", "low", "medium", "high"};

/// Plays the turns inline, each in packets of `cut` bytes.
Outcome played(const Turns& turns, std::size_t cut = SIZE_MAX, Confidence at_least = Confidence::medium,
               bool handshake = true) {
  EngineRig rig(true, encryption_required(at_least));
  TcpScript tcp;
  if (handshake) rig.feed_all(tcp.handshake());
  Outcome outcome;
  bool stopped = false;
  for (const Turn& turn : turns) {
    for (std::string_view rest = turn.text; !rest.empty() && !stopped; rest = rest.substr(std::min(cut, rest.size()))) {
      const std::string_view part = rest.substr(0, cut);
      stopped = rig.feed(turn.from_client ? tcp.request(part) : tcp.response(part)) == Action::reset;
    }
    if (stopped) break;
    ++outcome.passed;
  }
  for (const SeenEvent& event : rig.of(EventKind::finding))
    outcome.found += (outcome.found.empty() ? "" : "\n") + std::string(kConfidences[static_cast<int>(event.confidence)]) +
                     ' ' + event.masked + (event.subject.empty() ? "" : ": " + event.subject);
  return outcome;
}

std::string noise(std::size_t size, std::uint32_t seed = 7) {
  std::mt19937 random(seed);
  std::string text(size, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

std::string record(char type, const std::string& body) {
  return type + "\x03\x03"s + static_cast<char>(body.size() >> 8) + static_cast<char>(body.size()) + body;
}

std::string handshake(char type, const std::string& body) {
  return type + "\0"s + static_cast<char>(body.size() >> 8) + static_cast<char>(body.size()) + body;
}

/// A ClientHello and a ServerHello of TLS 1.2 as short as they can be.
const std::string kClientHello =
    record(0x16, handshake(1, "\x03\x03"s + noise(32) + "\0"s + "\x00\x02\xc0\x2f"s + "\x01\x00"s));
const std::string kServerHello = record(0x16, handshake(2, "\x03\x03"s + noise(32, 8) + "\0"s + "\xc0\x2f"s + "\0"s));
const std::string kEncrypted = record(0x17, noise(200, 9));

constexpr bool kClient = true, kServer = false;
const Turns kTls{{kClient, kClientHello}, {kServer, kServerHello}, {kClient, kEncrypted}, {kServer, kEncrypted}};

Turns then_tls(Turns before) {
  before.insert(before.end(), kTls.begin(), kTls.end());
  return before;
}

TEST_CASE("cleartext: what is spoken in clear is stopped at its first message, and named") {
  struct Case {
    std::string protocol;
    Turns turns;
    std::size_t stopped_at;
  };
  const Case cases[] = {
      {"high HTTP/1: GET /orders", {{kClient, "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n"}}, 0},
      {"high HTTP/2", {{kClient, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"s}}, 0},
      {"high Redis: GET", {{kClient, "*2\r\n$3\r\nGET\r\n$5\r\norder\r\n"}}, 0},
      {"high PostgreSQL", {{kClient, "\0\0\0\x1d\0\3\0\0user\0ann\0database\0x\0\0"s}}, 0},
      {"high MQTT", {{kClient, "\x10\x0d\0\4MQTT\x04\x02\0\x3c\0\1a"s}}, 0},
      {"high unknown protocol", {{kClient, "HELLO 1.0 of a protocol nobody knows\n"}}, 0},
      {"high unknown protocol", {{kClient, "sensor 42 on\n"}}, 0},
  };
  for (const Case& one : cases) {
    CAPTURE(one.protocol);
    const Outcome outcome = played(one.turns);
    CHECK(outcome.found == one.protocol);
    CHECK(outcome.passed == one.stopped_at);
  }
}

TEST_CASE("cleartext: encrypted sessions pass, however they are cut") {
  const Turns ssh{{kServer, "SSH-2.0-OpenSSH_9.2\r\n"},
                  {kClient, "SSH-2.0-OpenSSH_9.2\r\n"},
                  {kClient, "\0\0\x01\x04\x04\x14"s + noise(400)},
                  {kServer, "\0\0\x01\x04\x04\x14"s + noise(400, 5)},
                  {kClient, noise(300, 3)}};
  for (const std::size_t cut : {1UL, 2UL, 3UL, 7UL, 40UL, 1'400UL}) {
    CAPTURE(cut);
    CHECK(played(kTls, cut, Confidence::low).found.empty());
    CHECK(played(ssh, cut, Confidence::low).found.empty());
  }
}

TEST_CASE("cleartext: a probe that connects and says nothing passes") {
  EngineRig rig(true, encryption_required(Confidence::low));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  CHECK(rig.feed(tcp.fin(true)) == Action::forward);
  CHECK(rig.feed(tcp.fin(false)) == Action::forward);
  rig.engine().finish();
  CHECK(rig.events.empty());
}

TEST_CASE("cleartext: what leads to encryption passes, and an application command before it does not") {
  struct Case {
    std::string name;
    Turns preamble;
    std::string command;  ///< in place of asking for encryption
    const char* found;
  };
  const Case cases[] = {
      {"SMTP",
       {{kServer, "220 mail ESMTP\r\n"}, {kClient, "EHLO shop\r\n"}, {kServer, "250-mail\r\n250 STARTTLS\r\n"},
        {kClient, "STARTTLS\r\n"}, {kServer, "220 go ahead\r\n"}},
       "MAIL FROM:<ann@example.com>\r\n",
       "high SMTP"},
      {"FTP",
       {{kServer, "220 files\r\n"}, {kClient, "AUTH TLS\r\n"}, {kServer, "234 go ahead\r\n"}},
       "USER ann\r\n",
       "high FTP"},
      {"POP3",
       {{kServer, "+OK ready\r\n"}, {kClient, "CAPA\r\n"}, {kServer, "+OK\r\nSTLS\r\n.\r\n"}, {kClient, "STLS\r\n"},
        {kServer, "+OK begin\r\n"}},
       "USER ann\r\n",
       "high POP3"},
      {"IMAP",
       {{kServer, "* OK ready\r\n"}, {kClient, "a CAPABILITY\r\n"}, {kServer, "* CAPABILITY STARTTLS\r\na OK done\r\n"},
        {kClient, "b STARTTLS\r\n"}, {kServer, "b OK begin\r\n"}},
       "b LOGIN ann secret\r\n",
       "high IMAP"},
      {"PostgreSQL",
       {{kClient, "\0\0\0\x08\x04\xd2\x16\x2f"s}, {kServer, "S"}},
       "\0\0\0\x1d\0\3\0\0user\0ann\0database\0x\0\0"s,
       "high PostgreSQL"},
      {"MySQL",
       {{kServer, "\x4a\0\0\0\x0a" "8.0.35\0"s + noise(66, 4)},
        {kClient, "\x20\0\0\x01\x05\xae\x03\0\0\0\0\x01\x21"s + std::string(23, '\0')}},
       "\x30\0\0\x01\x05\xa2\x03\0\0\0\0\x01\x21"s + std::string(23, '\0') + "ann\0\x08passpassdb"s,
       "high MySQL"},
      {"LDAP",
       {{kClient, "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" "1.3.6.1.4.1.1466.20037"s},
        {kServer, "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"s}},
       "\x30\x14\x02\x01\x01\x60\x0f\x02\x01\x03\x04\x02" "cn\x80\x06secret"s,
       "high LDAP"},
      {"NATS",
       {{kServer, "INFO {\"server_id\":\"a\",\"tls_required\":true}\r\n"}},
       "CONNECT {\"verbose\":false}\r\n",
       "high NATS"},
      {"a proxy",
       {{kClient, "CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\n\r\n"}, {kServer, "HTTP/1.1 200 OK\r\n\r\n"}},
       "GET / HTTP/1.1\r\nHost: shop\r\n\r\n",
       "high HTTP/1: GET /"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    for (const std::size_t cut : {1UL, 5UL, 1'400UL}) {
      CAPTURE(cut);
      CHECK(played(then_tls(one.preamble), cut).found == "");
      Turns clear = one.preamble;
      // The last thing the client says asks for encryption; what comes in its place is the violation.
      auto last = std::find_if(clear.rbegin(), clear.rend(), [](const Turn& turn) { return turn.from_client; });
      if (last != clear.rend()) clear.erase(last.base() - 1, clear.end());
      clear.push_back({kClient, one.command});
      if (one.name != "a proxy" || cut > 1'000) CHECK(played(clear, cut).found.starts_with(one.found));
    }
  }
}

TEST_CASE("cleartext: what a load balancer says in front of a session is not of the session") {
  const std::string line = "PROXY TCP4 192.0.2.1 198.51.100.1 5634 443\r\n";
  const std::string block = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"s + noise(12, 6);
  const std::string request = "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n";
  for (const std::string& preface : {line, block, "PROXY UNKNOWN\r\n"s}) {
    CAPTURE(preface);
    for (const std::size_t cut : {1UL, 5UL, 1'400UL}) {
      CAPTURE(cut);
      CHECK(played(then_tls({{kClient, preface}}), cut, Confidence::low).found == "");
      Turns joined = kTls;
      joined[0].text = preface + joined[0].text;
      CHECK(played(joined, cut, Confidence::low).found == "");
      CHECK(played({{kClient, preface + request}}, cut).found.starts_with("high HTTP/1"));
      CHECK(played({{kClient, preface}, {kClient, "sensor 42 on, sensor 43 off\n"}}, cut).found == "high unknown protocol");
    }
  }
  CHECK(played({{kClient, "PROXY TCP4 " + std::string(200, 'x') + "\r\n"}}).found == "high unknown protocol");
  // A block that no balancer makes.
  CHECK(played({{kClient, "\r\n\r\n\0\r\nQUIT\n\x21\x11\x80\x00"s + std::string(1'000, 'x')}}).found ==
        "high unknown protocol");
}

TEST_CASE("cleartext: encryption that was asked for and refused does not excuse what follows") {
  const Turns refused{{kClient, "\0\0\0\x08\x04\xd2\x16\x2f"s},
                      {kServer, "N"},
                      {kClient, "\0\0\0\x1d\0\3\0\0user\0ann\0database\0x\0\0"s}};
  CHECK(played(refused).found == "high PostgreSQL");
  CHECK(played(refused).passed == 2);
}

TEST_CASE("cleartext: what only claims to be TLS is stopped") {
  const std::string request = "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n";
  CHECK(played({{kClient, "\x16\x03\x01\x00\x40"s + request}}).passed == 0);
  CHECK(played({{kClient, record(0x16, request)}}).passed == 0);
  // A real ClientHello, and an answer in clear.
  CHECK(played({{kClient, kClientHello}, {kServer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}}).found ==
        "high HTTP/1");
  // A server that refuses says so in an alert, and there it ends.
  CHECK(played({{kClient, kClientHello}, {kServer, record(0x15, "\x02\x28")}}).found.empty());
}

TEST_CASE("cleartext: the middle of a session is judged by what it looks like") {
  const auto picked_up = [](const Turns& turns, Confidence at_least = Confidence::low) {
    return played(turns, SIZE_MAX, at_least, false);
  };
  CHECK(picked_up({{kClient, kEncrypted}, {kServer, kEncrypted}}).found.empty());
  CHECK(picked_up({{kClient, noise(5'000)}, {kServer, noise(9'000, 2)}}).found.empty());
  CHECK(picked_up({{kServer, kServerHello}, {kClient, record(0x16, noise(60))}}).found.empty());
  CHECK(picked_up({{kClient, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n"}}).found == "high HTTP/1: GET /");
  CHECK(picked_up({{kServer, std::string(600, 'a')}}).found == "high unknown protocol");
}

TEST_CASE("cleartext: bytes that could be ciphertext are told at low confidence only") {
  const Turns random{{kClient, noise(3'000)}, {kServer, noise(3'000, 2)}};
  CHECK(played(random).found.empty());
  CHECK(played(random, SIZE_MAX, Confidence::low).found == "low unknown protocol");

  // A binary protocol that nobody knows: numbers with zeros in them, again and again.
  std::string binary;
  for (int i = 0; i < 1'000; ++i) binary += "\0\0\0"s + static_cast<char>(i) + "\x81\x93"s;
  CHECK(played({{kClient, binary}}).found == "medium unknown protocol");
}

TEST_CASE("cleartext: one finding a session, and a surer one when there is one") {
  const Turns turns{{kClient, noise(100)}, {kClient, std::string(2'000, 'x')}};
  CHECK(played(turns, SIZE_MAX, Confidence::low).found == "low unknown protocol");  // stopped at the first
  EngineRig rig(false, encryption_required(Confidence::low));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  for (const Turn& turn : turns) rig.feed(tcp.request(turn.text));
  for (int i = 0; i < 5; ++i) rig.feed(tcp.request(std::string(2'000, 'x')));
  CHECK(rig.of(EventKind::finding).size() == 2);
}

TEST_CASE("cleartext: a sensor concerns the sessions of its pair alone") {
  const auto address = [](std::uint8_t last) {
    Address host;
    host.bytes[10] = host.bytes[11] = 0xff;
    host.bytes[12] = 10;
    host.bytes[15] = last;
    return host;
  };
  const auto blocks = [](std::vector<SensorScope> scopes) {
    SensorSpec spec{"pair", {"cleartext-traffic"}, Confidence::medium, 1, Verdict::block, DirectionScope::both};
    spec.scopes = std::move(scopes);
    EngineRig rig(true, program_of({spec}));
    TcpScript tcp;
    rig.feed_all(tcp.handshake());
    return rig.feed(tcp.request(post("{}"))) == Action::reset;
  };
  // The client is 10.0.0.1, the server 10.0.0.2.
  const AddressRange client{address(1), address(1)};
  const AddressRange server{address(2), address(2)};
  const AddressRange others{address(3), address(9)};
  const AddressRange both{address(0), address(7)};
  CHECK(blocks({}));
  CHECK(blocks({{{client}, {server}}}));
  CHECK(blocks({{{client}, {}}}));
  CHECK(blocks({{{}, {others, server}}}));
  CHECK(blocks({{{both}, {both}}}));
  CHECK(blocks({{{others}, {}}, {{client}, {}}}));
  CHECK_FALSE(blocks({{{server}, {client}}}));
  CHECK_FALSE(blocks({{{others}, {server}}}));
  CHECK_FALSE(blocks({{{client}, {others}}}));
}

TEST_CASE("cleartext: a sensor that comes while a session lives judges it too") {
  EngineRig rig(true, program_of({sensor("payment-card", Verdict::block)}));
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  CHECK(rig.feed(tcp.request(post("{}"))) == Action::forward);
  rig.engine().set_program(0, encryption_required());
  CHECK(rig.feed(tcp.request(post("{}"))) == Action::reset);
}

}  // namespace
}  // namespace bulkhead::test
