#include <algorithm>
#include <tuple>

#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

std::shared_ptr<const Program> credentials(Verdict action = Verdict::alert) {
  return program_of({{"credentials",
                      {"cleartext-credential", "http-basic", "http-bearer", "session-cookie"},
                      Confidence::low, 1, action, DirectionScope::both}});
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

std::string base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j)
      word = word << 8 | (i + j < text.size() ? static_cast<std::uint8_t>(text[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += i + j > text.size() ? '=' : kDigits[word >> (18 - 6 * j) & 63];
  }
  return out;
}

struct Turn {
  bool from_client;
  std::string text;
};
using Turns = std::vector<Turn>;

/// What a conversation's findings say, each "detector confidence masked key", in order.
std::vector<std::string> said(const std::vector<SeenEvent>& events) {
  constexpr const char* kConfidences[] = {"none", "low", "medium", "high"};
  std::vector<std::string> lines;
  for (const SeenEvent& event : events)
    lines.push_back(event.detector + ' ' + kConfidences[static_cast<int>(event.confidence)] + ' ' + event.masked +
                    (event.key.empty() ? "" : ' ' + event.key));
  return lines;
}

/// Plays the turns with turn `cut_turn` in two packets.
std::vector<SeenEvent> played(const Turns& turns, std::size_t cut_turn = SIZE_MAX, std::size_t cut = 0) {
  EngineRig rig(false, credentials());
  TcpScript tcp;
  rig.feed_all(tcp.handshake());
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const std::string_view text = turns[i].text;
    const auto send = [&](std::string_view part) {
      if (!part.empty()) rig.feed(turns[i].from_client ? tcp.request(part) : tcp.response(part));
    };
    send(text.substr(0, i == cut_turn ? cut : text.size()));
    if (i == cut_turn) send(text.substr(cut));
  }
  rig.feed(tcp.fin(true));
  rig.feed(tcp.fin(false));
  rig.engine().finish();
  return rig.of(EventKind::finding);
}

std::vector<std::string> found(const Turns& turns) {
  const auto whole = played(turns);
  for (std::size_t turn = 0; turn < turns.size(); ++turn)
    for (std::size_t cut = 1; cut < turns[turn].text.size(); ++cut) {
      const auto again = played(turns, turn, cut);
      REQUIRE_MESSAGE(said(again) == said(whole), "turn " << turn << " cut at " << cut);
      for (std::size_t i = 0; i < whole.size(); ++i) REQUIRE(again[i].offset == whole[i].offset);
    }
  return said(whole);
}

using Lines = std::vector<std::string>;

std::string get(std::string_view headers) {
  return "GET /orders HTTP/1.1\r\nHost: shop\r\nAccept: a\r\n" + std::string(headers) + "\r\n\r\n";
}

}  // namespace

TEST_SUITE("credentials") {
  TEST_CASE("SMTP: PLAIN in one line, PLAIN and LOGIN as an exchange, and a token") {
    const auto smtp = [](Turns exchange) {
      Turns turns{{false, "220 mail\r\n"}, {true, "EHLO me\r\n"}, {false, "250 AUTH PLAIN LOGIN\r\n"}};
      turns.insert(turns.end(), exchange.begin(), exchange.end());
      turns.push_back({false, "235 ok\r\n"});
      return turns;
    };
    const std::string plain = base64(std::string("\0ann\0pass-word", 14));
    CHECK(found(smtp({{true, "AUTH PLAIN " + plain + "\r\n"}})) == Lines{"cleartext-credential high ann:********"});
    CHECK(found(smtp({{true, "AUTH PLAIN\r\n"}, {false, "334 \r\n"}, {true, plain + "\r\n"}})) ==
          Lines{"cleartext-credential high ann:********"});
    CHECK(found(smtp({{true, "AUTH LOGIN\r\n"},
                      {false, "334 VXNlcm5hbWU6\r\n"},
                      {true, base64("ann") + "\r\n"},
                      {false, "334 UGFzc3dvcmQ6\r\n"},
                      {true, base64("pass-word") + "\r\n"}})) == Lines{"cleartext-credential high ann:********"});
    CHECK(found(smtp({{true, "AUTH XOAUTH2 " + base64("user=ann@shop.example\1auth=Bearer abc.def-123\1\1") + "\r\n"}})) ==
          Lines{"cleartext-credential high ********:********"});
  }

  TEST_CASE("an answer to a challenge is no password; one that can be guessed from is told with low confidence") {
    const auto exchange = [](std::string_view mechanism, std::string_view answer) {
      return Turns{{false, "220 mail\r\n"},      {true, "EHLO me\r\n"},
                   {false, "250 AUTH\r\n"},      {true, "AUTH " + std::string(mechanism) + "\r\n"},
                   {false, "334 PDE4OTY=\r\n"},  {true, base64(answer) + "\r\n"}};
    };
    CHECK(found(exchange("CRAM-MD5", "tim b913a602c7eda7a495b4e6e7334d3890")) ==
          Lines{"cleartext-credential low tim:********"});
    CHECK(found(exchange("SCRAM-SHA-256", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")).empty());
  }

  TEST_CASE("IMAP and POP3 log-ins") {
    CHECK(found({{false, "* OK ready\r\n"}, {true, "a1 LOGIN ann \"pass word\"\r\n"}, {false, "a1 OK done\r\n"}}) ==
          Lines{"cleartext-credential high ann:********"});
    CHECK(found({{false, "* OK ready\r\n"},
                 {true, "a1 AUTHENTICATE PLAIN\r\n"},
                 {false, "+ \r\n"},
                 {true, base64(std::string("\0ann\0pass", 9)) + "\r\n"},
                 {false, "a1 OK done\r\n"}}) == Lines{"cleartext-credential high ann:********"});
    CHECK(found({{false, "+OK ready\r\n"}, {true, "USER ann\r\n"}, {false, "+OK\r\n"}, {true, "PASS pass\r\n"}}) ==
          Lines{"cleartext-credential high ann:********"});
    CHECK(found({{false, "+OK ready\r\n"}, {true, "AUTH PLAIN\r\n"}, {false, "+ \r\n"},
                 {true, base64(std::string("\0ann\0pass", 9)) + "\r\n"}}) ==
          Lines{"cleartext-credential high ann:********"});
  }

  TEST_CASE("FTP: a password is one, anonymous access is not") {
    const auto ftp = [](const std::string& user, const std::string& password) {
      return Turns{{false, "220 files\r\n"}, {true, "USER " + user + "\r\n"}, {false, "331 \r\n"},
                   {true, "PASS " + password + "\r\n"}};
    };
    CHECK(found(ftp("ann", "pass")) == Lines{"cleartext-credential high ann:********"});
    CHECK(found(ftp("anonymous", "me@example.com")).empty());
    CHECK(found(ftp("ann", "")).empty());
    CHECK(found(ftp("guest", "guest")) == Lines{"cleartext-credential low ********"});
  }

  TEST_CASE("Redis, LDAP, PostgreSQL, MQTT and AMQP log-ins") {
    CHECK(found({{true, "*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$4\r\npass\r\n"}, {false, "+OK\r\n"}}) ==
          Lines{"cleartext-credential high ann:********"});
    CHECK(found({{true, bytes({0x30, 0x16, 2, 1, 1, 0x60, 0x11, 2, 1, 3, 4, 6}) + "cn=ann" +
                            bytes({0x80, 4}) + "pass"}}) == Lines{"cleartext-credential high cn=ann:********"});
    const std::string start = bytes({0, 3, 0, 0}) + "user" + bytes({0}) + "ann" + bytes({0, 0});
    CHECK(found({{true, bytes({0, 0, 0, static_cast<int>(start.size()) + 4}) + start},
                 {false, "R" + bytes({0, 0, 0, 8, 0, 0, 0, 3})},
                 {true, "p" + bytes({0, 0, 0, 9}) + "pass" + bytes({0})}}) ==
          Lines{"cleartext-credential high ann:********"});
    CHECK(found({{true, bytes({0x10, 22, 0, 4}) + "MQTT" + bytes({4, 0xc2, 0, 60, 0, 1, 'x', 0, 3}) + "ann" +
                            bytes({0, 2}) + "pw"}}) == Lines{"cleartext-credential high ann:********"});
  }

  TEST_CASE("HTTP/1: Basic shows its user, whatever the case and the blanks") {
    const std::string token = base64("ann:pass-word");
    CHECK(found({{true, get("Authorization: Basic " + token)}}) == Lines{"http-basic high ann:******** authorization"});
    CHECK(found({{true, get("PROXY-authorization:basic \t" + token + " ")}}) ==
          Lines{"http-basic high ann:******** proxy-authorization"});
    CHECK(found({{true, get("Authorization: Basic " + base64("Aladdin:open sesame"))}}) ==
          Lines{"http-basic low Aladdin:******** authorization"});
    CHECK(found({{true, get("Authorization: Basic !!!!")}}).empty());
    CHECK(found({{true, get("Authorization: Basic " + base64("ann"))}}).empty());
    CHECK(found({{true, get("X-Authorization: Basic " + token)}}).empty());
  }

  TEST_CASE("HTTP/1: the last header of a head without an end is judged too") {
    CHECK(found({{true, "GET / HTTP/1.1\r\nAuthorization: Basic " + base64("ann:pass-word")}}) ==
          Lines{"http-basic high ann:******** authorization"});
  }

  TEST_CASE("HTTP/1: tokens, digests, and schemes that sign") {
    CHECK(found({{true, get("Authorization: Bearer mF_9.B5f-4.1JqM")}}) == Lines{"http-bearer low ******** authorization"});
    CHECK(found({{true, get("Authorization: Bearer mF_9.B5f-4.1JqM-x82")}}) ==
          Lines{"http-bearer high ******** authorization"});
    CHECK(found({{true, get("Authorization: Digest username=\"ann\", nonce=\"dcd98b71\", response=\"66\"")}}) ==
          Lines{"http-bearer low ******** authorization"});
    CHECK(found({{true, get("Authorization: AWS4-HMAC-SHA256 Credential=AK/2/x, Signature=fe5f")}}).empty());
    CHECK(found({{true, get("Authorization: Bearer undefined")}}).empty());
  }

  TEST_CASE("HTTP/1: session cookies by name and randomness, each of them") {
    CHECK(found({{true, get("Cookie: theme=dark; JSESSIONID=8F3A0C1D5B7E9246; csrftoken=8F3A0C1D5B7E9246; "
                            "my_auth=k2j5h3g8f6d1s9a7")}}) ==
          Lines{"session-cookie high ******** JSESSIONID", "session-cookie medium ******** my_auth"});
    CHECK(found({{true, get("")}, {false, "HTTP/1.1 200 OK\r\nSet-Cookie: __Host-sid=8F3A0C1D5B7E9246; Path=/; "
                                          "session=8F3A0C1D5B7E9246\r\nContent-Length: 0\r\n\r\n"}}) ==
          Lines{"session-cookie high ******** sid"});
    CHECK(found({{true, get("Cookie: sid=deleted")}}).empty());
    CHECK(found({{true, get("Cookie: sid=1234")}}) == Lines{"session-cookie low ******** sid"});
  }

  TEST_CASE("HTTP/1: cookies beyond those that are judged are said, with their bytes") {
    const auto counted = [](std::size_t cookies) {
      std::string head = "GET / HTTP/1.1\r\nCookie: ";
      for (std::size_t i = 0; i < cookies; ++i) head += "a=b; ";
      EngineRig rig(false, credentials());
      TcpScript tcp;
      rig.feed_all(tcp.handshake());
      rig.feed(tcp.request(head + "\r\n\r\n"));
      return rig.engine().counters().bytes_not_inspected_by[static_cast<std::size_t>(Exception::count_limit)];
    };
    CHECK(counted(256) == 0);
    CHECK(counted(258) == std::string(" a=b; a=b; \r").size());
  }

  TEST_CASE("a user's name never shows the secret, a number or an address") {
    const auto basic = [](const std::string& pair) { return get("Authorization: Basic " + base64(pair)); };
    CHECK(found({{true, basic("4111111111111111:pass-word")}}) ==
          Lines{"http-basic high ********:******** authorization"});
    CHECK(found({{true, basic("219456789:pass-word")}}) == Lines{"http-basic high ********:******** authorization"});
    CHECK(found({{true, basic("jane.doe@example.com:pass-word")}}) ==
          Lines{"http-basic high ********:******** authorization"});
    CHECK(found({{true, basic("pass-word:pass-word")}}) == Lines{"http-basic high ******** authorization"});
    CHECK(found({{true, basic("k2j5h3g8f6d1s9a7k2j5h3g8f6d1s9a7:")}}) ==
          Lines{"http-basic high ******** authorization"});
  }

  TEST_CASE("inline, the packet with a credential's last byte is stopped, also when its line goes on") {
    EngineRig rig(true, credentials(Verdict::block));
    TcpScript tcp;
    rig.feed_all(tcp.handshake());
    rig.feed(tcp.response("220 files\r\n"));
    rig.feed(tcp.request("USER ann\r\n"));
    CHECK(rig.feed(tcp.request("PASS pass")) == Action::reset);
    CHECK(rig.feed(tcp.request("\r\n")) == Action::drop);
    CHECK(rig.of(EventKind::finding).size() == 1);
  }

  TEST_CASE("inline, a credential is masked where it stands") {
    EngineRig rig(true, credentials(Verdict::mask));
    TcpScript tcp;
    rig.feed_all(tcp.handshake());
    Buffer packet = tcp.request(get("Authorization: Basic " + base64("ann:pass-word")));
    CHECK(rig.feed(packet) == Action::forward_modified);
    CHECK(payload_of(packet) == get("Authorization: Basic ******************=="));
    CHECK(checksums_hold(packet));
  }

  TEST_CASE("a program without these detectors keeps no eye on them") {
    EngineRig rig(false, program_of({sensor("payment-card", Verdict::alert)}));
    TcpScript tcp;
    rig.feed_all(tcp.handshake());
    rig.feed(tcp.request(get("Authorization: Basic " + base64("ann:pass-word"))));
    CHECK(rig.of(EventKind::finding).empty());
  }
}

}  // namespace bulkhead::test
