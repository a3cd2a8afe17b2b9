#include <zlib.h>

#include "engine/engine_rig.hpp"

namespace bulkhead::test {
namespace {

/// The field's key is that of a datum at its beginning.
constexpr const char* kCard = "4111111111111111 is the card of nobody\n";
/// 10.0.0.2 and port 8080, where the scripts' servers listen.
constexpr const char* kPassive = "227 Entering Passive Mode (10,0,0,2,31,144).\r\n";

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(1'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// A control connection that has logged in.
TcpScript log_in(EngineRig& rig) {
  TcpScript control;
  rig.feed_all(control.handshake());
  rig.feed(control.response("220 ready\r\n"));
  rig.feed(control.request("USER app\r\n"));
  rig.feed(control.response("230 in\r\n"));
  return control;
}

/// What is found in a data connection that brings `bytes`.
std::vector<SeenEvent> found_in(EngineRig& rig, TcpScript data, std::string_view bytes, bool upload) {
  rig.events.clear();
  rig.feed_all(data.handshake());
  rig.feed(upload ? data.request(bytes) : data.response(bytes));
  rig.feed(data.fin(!upload));
  rig.feed(data.fin(upload));
  return rig.of(EventKind::finding);
}

EngineRig rig_for_cards() {
  SensorSpec cards = sensor("payment-card", Verdict::alert);
  cards.min_confidence = Confidence::low;
  return EngineRig(false, program_of({cards}));
}

}  // namespace

TEST_CASE("the session that a passive answer announces is the file, under its name") {
  EngineRig rig = rig_for_cards();
  TcpScript control = log_in(rig);
  rig.feed(control.request("PASV\r\n"));
  rig.feed(control.response(kPassive));
  rig.feed(control.request("RETR cards.csv\r\n"));
  const auto found = found_in(rig, TcpScript(40'001), kCard, false);
  REQUIRE(found.size() == 1);
  CHECK(found[0].protocol == Protocol::ftp_data);
  CHECK(found[0].key == "cards.csv");
  CHECK(found[0].direction == Direction::response);
  // One announcement is one session.
  const auto again = found_in(rig, TcpScript(40'002), kCard, false);
  REQUIRE(again.size() == 1);
  CHECK(again[0].protocol == Protocol::raw);
}

TEST_CASE("a file that is packed, or looks like another protocol, is still the file") {
  EngineRig rig = rig_for_cards();
  TcpScript control = log_in(rig);
  std::uint16_t port = 40'001;
  for (const std::string& file : {gzipped(kCard), std::string("GET / HTTP/1.1\r\n\r\n") + kCard}) {
    rig.feed(control.request("EPSV\r\n"));
    rig.feed(control.response("229 Entering Extended Passive Mode (|||8080|)\r\n"));
    rig.feed(control.request("STOR a.gz\r\n"));
    const auto found = found_in(rig, TcpScript(port++), file, true);
    REQUIRE(found.size() == 1);
    CHECK(found[0].protocol == Protocol::ftp_data);
    CHECK(found[0].key == (file.starts_with("GET") ? "" : "a.gz"));
  }
}

TEST_CASE("the server connects to the port that PORT or EPRT names") {
  EngineRig rig = rig_for_cards();
  TcpScript control = log_in(rig);
  std::uint16_t port = 40'001;
  for (const char* command : {"PORT 10,0,0,1,31,144\r\n", "EPRT |1|10.0.0.1|8080|\r\n"}) {
    rig.feed(control.request(command));
    rig.feed(control.response("200 fine\r\n"));
    rig.feed(control.request("LIST\r\n"));
    const auto found = found_in(rig, TcpScript(port++).turned(), kCard, true);
    REQUIRE(found.size() == 1);
    CHECK(found[0].protocol == Protocol::ftp_data);
    CHECK(found[0].key == "LIST");
  }
}

TEST_CASE("nobody but the two of a control connection is expected, and only where it was said") {
  for (const char* answer : {"227 Entering Passive Mode (10,0,0,2,31,145)\r\n", "227 Entering Passive Mode (10,0,0,2,31)\r\n",
                             "227 Entering Passive Mode (10,0,0,2,300,1)\r\n", "229 Entering (|||0|)\r\n"}) {
    EngineRig rig = rig_for_cards();
    TcpScript control = log_in(rig);
    rig.feed(control.request("PASV\r\n"));
    rig.feed(control.response(answer));
    const auto found = found_in(rig, TcpScript(40'001), kCard, false);
    REQUIRE(found.size() == 1);
    CHECK(found[0].protocol == Protocol::raw);
  }
  EngineRig rig = rig_for_cards();
  TcpScript control = log_in(rig);
  rig.feed(control.request("PORT 10,0,0,2,31,144\r\n"));
  CHECK(found_in(rig, TcpScript(40'001), kCard, false).at(0).protocol == Protocol::raw);
}

}  // namespace bulkhead::test
