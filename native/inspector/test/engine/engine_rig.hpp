#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "bulkhead/engine.hpp"
#include "engine/tcp_script.hpp"

namespace bulkhead::test {

struct SeenEvent {
  EventKind kind;
  std::string detector, masked, key, sensor;
  Verdict verdict;
  Direction direction;
  Confidence confidence;
  std::uint64_t offset;
  Exception exception;
  Protocol protocol;
  std::uint64_t session = 0;
  std::string subject = {};
  std::uint32_t rule = 0;

  friend bool operator==(const SeenEvent&, const SeenEvent&) = default;
};

inline std::shared_ptr<const Program> program_of(std::vector<SensorSpec> sensors, std::vector<LiteralSpec> literals = {}) {
  ProgramError error{};
  std::string message;
  auto program = Program::compile({std::move(sensors), std::move(literals)}, error, message);
  REQUIRE_MESSAGE(program != nullptr, message);
  return program;
}

inline SensorSpec sensor(std::string detector, Verdict action, DirectionScope direction = DirectionScope::both) {
  return {detector + "-sensor", {detector}, Confidence::medium, 1, action, direction};
}

/// An engine with one tenant (0) and a memory of what it reported.
class EngineRig final : public EventSink {
 public:
  EngineRig(bool inline_mode, std::shared_ptr<const Program> program, EngineConfig config = {})
      : program_(std::move(program)), engine_(with_mode(config, inline_mode), *this) {
    engine_.set_program(0, program_);
  }

  Action feed(Buffer& packet) {
    RawPacket raw;
    raw.data = packet;
    raw.link = LinkType::raw;
    raw.wire_length = static_cast<std::uint32_t>(packet.size());
    raw.time_ns = 1'000'000'000ULL + ++number_ * 1'000;
    raw.number = number_;
    raw.writable = true;
    raw.way = way;
    raw.tenant = tenant;
    return engine_.inspect(raw);
  }
  Action feed(Buffer&& packet) { return feed(packet); }
  void feed_all(std::vector<Buffer> packets) {
    for (Buffer& packet : packets) feed(packet);
  }

  void on_event(const Event& event) noexcept override {
    SeenEvent seen{};
    seen.kind = event.kind;
    if (event.detection != nullptr) {
      seen.detector = program_->detector_id(event.detection->detector);
      seen.masked = event.detection->masked_view();
      seen.key = event.detection->key_view();
      seen.sensor = program_->spec().sensors[event.sensor].name;
      seen.confidence = event.detection->confidence;
      seen.offset = event.detection->offset;
    }
    seen.verdict = event.verdict;
    seen.direction = event.direction;
    seen.exception = event.exception;
    seen.subject = event.subject;
    seen.rule = event.rule;
    if (event.session != nullptr) {
      seen.protocol = event.session->protocol;
      seen.session = event.session->id;
    }
    events.push_back(seen);
  }

  void on_spoken(const SessionView& session, Protocol protocol) noexcept override {
    CHECK(session.server_port != 0);
    spoken.push_back(protocol);
  }

  [[nodiscard]] std::vector<SeenEvent> of(EventKind kind) const {
    std::vector<SeenEvent> some;
    for (const SeenEvent& event : events)
      if (event.kind == kind) some.push_back(event);
    return some;
  }

  Engine& engine() { return engine_; }
  std::vector<SeenEvent> events;
  std::vector<Protocol> spoken;
  // Of the packets that follow.
  Way way = Way::unknown;
  std::uint32_t tenant = 0;

 private:
  static EngineConfig with_mode(EngineConfig config, bool inline_mode) {
    config.inline_mode = inline_mode;
    return config;
  }

  std::shared_ptr<const Program> program_;
  Engine engine_;
  std::uint64_t number_ = 0;
};

inline std::string post(std::string_view body) {
  return "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
inline std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

}  // namespace bulkhead::test
