#include "source/event_record.hpp"

#include <cstring>
#include <string>

#include <doctest/doctest.h>

using namespace bulkhead;

namespace {

template <typename T>
T at(const EventRecord& record, std::size_t offset) {
  T value;
  std::memcpy(&value, reinterpret_cast<const char*>(&record) + offset, sizeof value);
  return value;
}

std::string text_at(const EventRecord& record, std::size_t offset, std::size_t length) {
  return {reinterpret_cast<const char*>(&record) + offset, length};
}

SessionView some_session() {
  SessionView session;
  session.client.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
  session.server.bytes[15] = 1;
  session.client_port = 40'000;
  session.server_port = 443;
  session.ip_protocol = 6;
  session.protocol = Protocol::tls;
  session.id = 0x1122334455667788;
  session.server_name = "shop.example";
  session.tls_version = 0x0304;
  return session;
}

}  // namespace

TEST_SUITE("event record") {
  TEST_CASE("a finding lies at the documented offsets") {
    Detection detection;
    detection.detector = 3;
    detection.confidence = Confidence::high;
    detection.known_test = true;
    detection.offset = 99;
    detection.length = 16;
    detection.masked_length = 16;
    detection.key_length = 4;
    detection.encodings = {Encoding::base64, Encoding::percent};
    std::memcpy(detection.masked.data(), "411111******1111", 16);
    std::memcpy(detection.key.data(), "card", 4);
    const SessionView session = some_session();
    Event event{EventKind::finding, 77, 12, Direction::response, &session, &detection};
    event.sensor = 2;
    event.verdict = Verdict::mask;
    event.location = Location::body;
    event.subject = "POST /orders/*";

    const EventRecord record = make_record(event, 5, 9);

    CHECK(at<std::uint8_t>(record, 0) == 0);
    CHECK(at<std::uint8_t>(record, 1) == 1);
    CHECK(at<std::uint8_t>(record, 2) == static_cast<std::uint8_t>(Protocol::tls));
    CHECK(at<std::uint8_t>(record, 3) == static_cast<std::uint8_t>(Location::body));
    CHECK(at<std::uint8_t>(record, 4) == 3);
    CHECK(at<std::uint8_t>(record, 5) == static_cast<std::uint8_t>(Verdict::mask));
    CHECK(at<std::uint8_t>(record, 7) == (EventRecord::kKnownTest | EventRecord::kHasSession));
    CHECK(at<std::uint8_t>(record, 99) == static_cast<std::uint8_t>(Encoding::base64));
    CHECK(at<std::uint8_t>(record, 100) == static_cast<std::uint8_t>(Encoding::percent));
    CHECK(at<std::uint8_t>(record, 101) == 0);
    CHECK(at<std::uint64_t>(record, 8) == 77);
    CHECK(at<std::uint64_t>(record, 16) == 12);
    CHECK(at<std::uint64_t>(record, 24) == 0x1122334455667788);
    CHECK(at<std::uint64_t>(record, 32) == 99);
    CHECK(at<std::uint32_t>(record, 40) == 5);
    CHECK(at<std::uint32_t>(record, 44) == 9);
    CHECK(at<std::uint32_t>(record, 48) == 16);
    CHECK(at<std::uint16_t>(record, 52) == 3);
    CHECK(at<std::uint16_t>(record, 54) == 2);
    CHECK(at<std::uint16_t>(record, 56) == 40'000);
    CHECK(at<std::uint16_t>(record, 58) == 443);
    CHECK(at<std::uint16_t>(record, 60) == 0x0304);
    CHECK(at<std::uint8_t>(record, 62) == 6);
    CHECK(text_at(record, 64, 16) == std::string(reinterpret_cast<const char*>(session.client.bytes.data()), 16));
    CHECK(at<std::uint8_t>(record, 95) == 1);
    CHECK(text_at(record, 104, at<std::uint8_t>(record, 63)) == "411111******1111");
    CHECK(text_at(record, 104 + 64, at<std::uint8_t>(record, 96)) == "card");
    CHECK(text_at(record, 224, at<std::uint8_t>(record, 98)) == "POST /orders/*");
  }

  TEST_CASE("other events carry the server name where a finding has its texts") {
    SessionView session = some_session();
    EventRecord record = make_record({EventKind::session_offloaded, 1, 2, Direction::request, &session}, 1, 1);
    CHECK(text_at(record, 104, at<std::uint8_t>(record, 97)) == "shop.example");

    const std::string long_name(200, 'n');
    session.server_name = long_name;
    record = make_record({EventKind::session_offloaded, 1, 2, Direction::request, &session}, 1, 1);
    CHECK(at<std::uint8_t>(record, 97) == EventRecord::kServerName);
    CHECK((record.flags & EventRecord::kServerNameCut) != 0);
  }

  TEST_CASE("an exception needs no session") {
    Event event{EventKind::exception, 1, 2, Direction::request, nullptr};
    event.exception = Exception::truncated_packet;
    event.bytes_not_inspected = 1'000;
    const EventRecord record = make_record(event, 1, 1);
    CHECK(at<std::uint8_t>(record, 6) == static_cast<std::uint8_t>(Exception::truncated_packet));
    CHECK(at<std::uint64_t>(record, 32) == 1'000);
    CHECK((record.flags & EventRecord::kHasSession) == 0);
  }
}
