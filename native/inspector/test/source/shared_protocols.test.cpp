#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "flow/flows.hpp"
#include "protocol/conversation.hpp"
#include "shared_captures.hpp"
#include "source/read_capture.hpp"
#include "tar_archive.hpp"

namespace bulkhead::test {
namespace {

class Nowhere final : public ContentSink {
 public:
  void begin(Direction, const Field&) noexcept override {}
  void content(Direction, Bytes, Origin) noexcept override {}
  void end(Direction) noexcept override {}
  void not_inspected(Direction, Exception, std::uint64_t) noexcept override {}
};

struct Identified {
  Protocol protocol = Protocol::unknown;
  bool encrypted = false;
};

/// Every session that carried payload, by number.
class Identification final : public StreamConsumer {
 public:
  std::map<std::uint64_t, Identified> sessions;

  void on_stream(Session& session, Direction direction, Bytes bytes, Origin origin) noexcept override {
    talk(session).feed(direction, bytes, origin, nowhere_);
    note(session);
  }
  void on_gap(Session& session, Direction direction, std::uint64_t bytes) noexcept override {
    talk(session).gap(direction, bytes, nowhere_);
  }
  void on_stream_end(Session& session, Direction direction) noexcept override {
    if (!talks_.contains(session.view.id)) return;
    talk(session).end(direction, nowhere_);
    note(session);
  }
  void on_datagram(Session& session, Direction direction, Bytes bytes, Origin origin) noexcept override {
    talk(session).datagram(direction, bytes, origin, nowhere_);
    note(session);
  }
  void on_exception(Session*, Direction, Exception, std::uint64_t) noexcept override {}
  void on_close(Session&) noexcept override {}

 private:
  Conversation& talk(const Session& session) {
    auto& talk = talks_[session.view.id];
    if (!talk) talk = std::make_unique<Conversation>(pool_);
    return *talk;
  }
  void note(const Session& session) {
    Identified& seen = sessions[session.view.id];
    seen.protocol = talk(session).protocol();
    seen.encrypted = talk(session).encrypted();
  }

  Nowhere nowhere_;
  std::shared_ptr<DecodePool> pool_ = make_decode_pool({});
  std::map<std::uint64_t, std::unique_ptr<Conversation>> talks_;
};

std::vector<Identified> identify(const std::string& capture) {
  const UniqueFd fd = memory_file({capture.begin(), capture.end()});
  ByteInput input(fd.get());
  CaptureReader reader(input);
  Identification found;
  EngineConfig config;
  config.verify_checksums = false;  // some were anonymised without repairing them
  Flows flows(config, found);
  RawPacket packet;
  while (reader.next(packet)) {
    packet.checksum_pending = true;
    flows.process(packet);
  }
  flows.finish();
  std::vector<Identified> sessions;
  for (const auto& [id, session] : found.sessions) sessions.push_back(session);
  return sessions;
}

}  // namespace

namespace {

/// What the sessions of a folder of the DeepFlow pack speak. Folders that are not here hold protocols that are not
/// followed: their sessions must not be taken for others.
const std::map<std::string, std::set<Protocol>> kSpoken = {
    {"amqp", {Protocol::amqp}},
    {"dns", {Protocol::dns}},
    {"dns", {Protocol::dns}},
    {"http", {Protocol::http1, Protocol::http2, Protocol::grpc}},
    {"kafka", {Protocol::kafka}},
    {"kafka", {Protocol::kafka}},
    {"memcached", {Protocol::memcached}},
    {"mongo", {Protocol::mongodb}},
    {"mqtt", {Protocol::mqtt}},
    {"mysql", {Protocol::mysql}},
    {"nats", {Protocol::nats}},
    {"postgre", {Protocol::postgresql}},
    {"redis", {Protocol::redis}},
};
const std::set<std::string> kUnfollowed = {"brpc",     "dubbo",   "fastcgi", "krpc", "openwire", "pulsar",
                                           "rocketmq", "sofarpc", "some_ip", "tars", "zmtp"};
/// Captures that begin behind what tells their protocol apart, or so that the wrong side is taken for the client: content
/// all the same.
const std::set<std::string> kWithoutOpening = {
    "amqp/amqp2.pcap", "kafka/11-join-group-v7.pcap", "kafka/14-sync-group-v5.pcap", "mqtt/mqtt_error.pcap", "mqtt/mqtt_one_packet_multi_publish.pcap", "mqtt/mqtt_sub.pcap",
    "mysql/binary-in-sql.pcap", "mysql/large-response.pcap",
    "mysql/mysql-compressed-response.pcap", "mysql/mysql-exec.pcap", "mysql/mysql-statement-id.pcap",
    "mysql/mysql-statement.pcap", "mysql/mysql-use.pcap", "mysql/partial-packet-compressed.pcap",
    "mysql/truncate-1024.pcap", "postgre/error.pcap"};

bool is_content(Protocol protocol) {
  return protocol == Protocol::raw || protocol == Protocol::unknown || protocol == Protocol::udp;
}

}  // namespace

TEST_SUITE("protocols of shared captures") {
  TEST_CASE("every session of the DeepFlow pack is what its folder says, and what is not followed is content") {
    const auto files = read_archive(shared_captures() / "deepflow-l7.tar.gz");
    if (files.empty()) {
      MESSAGE("skipped: no deepflow-l7.tar.gz in the shared captures (set BULKHEAD_SHARED)");
      return;
    }
    std::size_t followed = 0;
    for (const ArchiveFile& file : files) {
      if (!file.name.ends_with(".pcap")) continue;
      const std::filesystem::path path(file.name);
      const std::string folder = path.parent_path().filename();
      const std::string name = folder + "/" + path.filename().string();
      CAPTURE(name);
      const auto spoken = kSpoken.find(folder);
      for (const Identified& session : identify(file.bytes)) {
        CAPTURE(static_cast<int>(session.protocol));
        if (kUnfollowed.contains(folder)) CHECK(is_content(session.protocol));
        if (spoken == kSpoken.end()) continue;
        const bool right = spoken->second.contains(session.protocol);
        CHECK((right || (kWithoutOpening.contains(name) && is_content(session.protocol))));
        followed += right ? 1 : 0;
      }
    }
    CHECK(followed >= 50);
  }

  TEST_CASE("the protocol of a real capture is known by its content, not by its port") {
    struct Case {
      const char* name;
      Protocol protocol;
      std::size_t sessions;
      std::size_t encrypted = 0;
    };
    for (const Case& expected : {
             Case{"a-arkime-http2-nghttp2.pcap", Protocol::http2, 1},
             Case{"a-deepflow-grpc-segmented.pcap", Protocol::grpc, 1},
             Case{"a-deepflow-grpc-server-stream.pcap", Protocol::grpc, 1},
             Case{"a-ndpi-kafka.pcapng", Protocol::kafka, 8},  // the ninth begins with a broker's answers
             Case{"a-ndpi-kafka.pcapng", Protocol::kafka, 8},  // the ninth begins with an answer
             Case{"a-ndpi-mysql.pcapng", Protocol::mysql, 1, 1},
             Case{"a-ndpi-pgsql.pcap", Protocol::postgresql, 6},
             Case{"a-ndpi-resp.pcap", Protocol::redis, 1},
             Case{"a-ndpi-mongodb.pcap", Protocol::mongodb, 4},
             Case{"a-ndpi-mongo_false_positive.pcapng", Protocol::raw, 1},
             Case{"a-ndpi-smtp-starttls.pcap", Protocol::tls, 2, 2},
             Case{"a-zeek-http-on-port-5432.pcap", Protocol::http1, 1},
             Case{"a-zeek-jupyter-websocket.pcap", Protocol::websocket, 1},
             Case{"a-zeek-mysql-on-port-5432.pcap", Protocol::mysql, 1},
             Case{"a-zeek-mysql.pcap", Protocol::mysql, 1},
             Case{"b-arkime-http-basicauth.pcap", Protocol::http1, 1},
             Case{"b-arkime-ldap-simpleauth.pcap", Protocol::ldap, 1},
             Case{"b-sv-mqtt5-pub-userpass.pcap", Protocol::mqtt, 1},
             Case{"b-sv-pgsql-pwd-output-disabled.pcap", Protocol::postgresql, 1},
             Case{"b-zeek-wstunnel-http.pcap", Protocol::websocket, 1},
             Case{"c-sv-http2-continuation.pcap", Protocol::http2, 1},
         }) {
      CAPTURE(std::string(expected.name));
      std::ifstream file(shared_captures() / expected.name, std::ios::binary);
      if (!file) {
        MESSAGE("skipped: no ", expected.name, " in the shared captures (set BULKHEAD_SHARED)");
        continue;
      }
      const std::vector<Identified> found = identify({std::istreambuf_iterator<char>(file), {}});
      CHECK(std::count_if(found.begin(), found.end(), [&](const Identified& session) {
              return session.protocol == expected.protocol;
            }) == static_cast<std::ptrdiff_t>(expected.sessions));
      CHECK(std::count_if(found.begin(), found.end(), [](const Identified& session) { return session.encrypted; }) ==
            static_cast<std::ptrdiff_t>(expected.encrypted));
    }
  }
}

}  // namespace bulkhead::test
