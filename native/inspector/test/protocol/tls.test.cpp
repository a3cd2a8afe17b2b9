#include <doctest/doctest.h>

#include "protocol/dialogue.hpp"

namespace bulkhead {
namespace {

std::string u8(std::size_t n) { return std::string(1, static_cast<char>(n)); }
std::string u16(std::size_t n) { return u8(n >> 8) + u8(n & 255); }
std::string u24(std::size_t n) { return u8(n >> 16) + u16(n & 0xffff); }
std::string sized16(const std::string& bytes) { return u16(bytes.size()) + bytes; }
std::string extension(std::size_t type, const std::string& bytes) { return u16(type) + sized16(bytes); }
std::string message(std::size_t type, const std::string& bytes) { return u8(type) + u24(bytes.size()) + bytes; }

/// `bytes` in handshake records of at most `longest`.
std::string records(const std::string& bytes, std::size_t longest = 16384) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += longest)
    out += u8(22) + u16(0x0301) + sized16(bytes.substr(at, longest));
  return out;
}

const std::string kRandom(32, 'r');
const std::string kSession = u8(32) + std::string(32, 's');

std::string client_hello(const std::string& name, std::size_t key_share = 36, bool tls13 = true) {
  std::string extensions = extension(0, sized16(u8(0) + sized16(name)));
  if (tls13) extensions += extension(43, u8(4) + u16(0x0304) + u16(0x0303));
  extensions += extension(51, std::string(key_share, 'k'));
  const std::string suites = u16(0x1301) + u16(0xc02f);
  return message(1, u16(0x0303) + kRandom + kSession + sized16(suites) + u8(1) + u8(0) + sized16(extensions));
}

std::string server_hello(std::size_t suite = 0x1301, bool tls13 = true) {
  const std::string extensions = tls13 ? extension(43, u16(0x0304)) + extension(51, std::string(36, 'k')) : "";
  std::string body = u16(0x0303) + kRandom + kSession + u16(suite) + u8(0);
  if (!extensions.empty()) body += sized16(extensions);
  return message(2, body);
}

Dialogue dialogue(const std::string& client, const std::string& server) {
  return {{Turn::Kind::bytes, Direction::request, client, 0}, {Turn::Kind::bytes, Direction::response, server, 0}};
}

}  // namespace

TEST_CASE("both hellos prove TLS, and name and version are read, however records and segments were cut") {
  for (const std::size_t share : {std::size_t{36}, std::size_t{1220}, std::size_t{9000}})
    for (const std::size_t longest : {std::size_t{16384}, std::size_t{1}, std::size_t{3}, std::size_t{400}}) {
      const std::string client = records(client_hello("pay.example", share), longest);
      const Dialogue hellos = dialogue(client, records(server_hello(), longest));
      const Outcome outcome = play(hellos, whole());
      CHECK(outcome.encrypted);
      CHECK(outcome.protocol == Protocol::tls);
      CHECK(outcome.server_name == "pay.example");
      CHECK(outcome.tls_version == 0x0304);
      // Unproven bytes were content too.
      CHECK(outcome.log.fields() == std::vector<std::string>{hellos[0].bytes, hellos[1].bytes});
      CHECK(play(hellos, byte_by_byte()).text() == outcome.text());
      for (std::uint64_t seed = 1; seed < 20; ++seed) CHECK(play(hellos, at_random(seed)).text() == outcome.text());
    }
}

TEST_CASE("an older version is the one the server chose") {
  const Outcome outcome =
      play(dialogue(records(client_hello("a.b", 10, false)), records(server_hello(0xc02f, false))), whole());
  CHECK(outcome.encrypted);
  CHECK(outcome.tls_version == 0x0303);
}

TEST_CASE("what only looks like TLS stays content to the last byte") {
  const std::string card = "4111111111111111";
  const std::string hello = client_hello("a.b");
  const std::string answer = server_hello();
  std::string torn = hello;
  torn.back() = 'x';
  torn[torn.size() - 38] = '\x7f';  // the length of the last extension
  struct Fake {
    const char* what;
    std::string client, server;
  };
  const Fake fakes[] = {
      {"no server hello", records(hello), card},
      {"a suite that was not offered", records(hello), records(server_hello(0x1302)) + card},
      {"TLS 1.3 that was not offered", records(client_hello("a", 4, false)), records(answer) + card},
      {"an extension longer than the hello", records(torn), records(answer) + card},
      {"the server's hello from the client", records(answer), records(answer) + card},
      {"the client's hello from the server", records(hello), records(hello) + card},
      {"another record type after the first", records(hello.substr(0, 20)) + u8(23) + u16(0x0303) + sized16(card),
       records(answer) + card},
      {"an empty record", u8(22) + u16(0x0301) + u16(0) + records(hello), records(answer) + card},
      {"a hello too long to be one", records(u8(1) + u24(0x100000) + card), records(answer) + card},
      {"bytes behind the extensions", records(message(1, hello.substr(4) + card)), records(answer) + card},
  };
  for (const Fake& fake : fakes) {
    CAPTURE(fake.what);
    const Dialogue hellos = dialogue(fake.client, fake.server);
    const Outcome outcome = play(hellos, whole());
    CHECK_FALSE(outcome.encrypted);
    CHECK(outcome.log.fields().size() == 2);
    CHECK(outcome.log.content_bytes() == fake.client.size() + fake.server.size());
    CHECK(play(hellos, byte_by_byte()).text() == outcome.text());
  }
}

TEST_CASE("bytes behind the server's hello are not content: they are left to the kernel") {
  const std::string client = records(client_hello("a.b")), server = records(server_hello());
  const Dialogue hellos = dialogue(client, server + "ciphertext");
  CHECK(play(hellos, whole()).log.content_bytes() == client.size() + server.size());
}

TEST_CASE("a TLS session inside a CONNECT tunnel is found") {
  Dialogue tunnel = {
      {Turn::Kind::bytes, Direction::request, "CONNECT a.b:443 HTTP/1.1\r\n\r\n", 0},
      {Turn::Kind::bytes, Direction::response, "HTTP/1.1 200 Connection established\r\n\r\n", 0},
      {Turn::Kind::bytes, Direction::request, records(client_hello("a.b")), 0},
      {Turn::Kind::bytes, Direction::response, records(server_hello()), 0},
  };
  const Outcome outcome = play(tunnel, whole());
  CHECK(outcome.encrypted);
  CHECK(outcome.server_name == "a.b");
  CHECK(play(tunnel, byte_by_byte()).text() == outcome.text());
}

}  // namespace bulkhead
