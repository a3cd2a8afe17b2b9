#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "bulkhead/engine.hpp"
#include "bulkhead/scanner.hpp"
#include "decide/client_windows.hpp"
#include "decide/own_names.hpp"
#include "engine/expected_sessions.hpp"
#include "engine/packet_view.hpp"
#include "engine/spare_scanners.hpp"
#include "engine/subject.hpp"
#include "protocol/conversation.hpp"

namespace bulkhead {

/// What every session of an engine shares, and what is known of the packet being inspected. One per engine.
struct PacketContext {
  PacketContext(const EngineConfig& c, EventSink& s) noexcept
      : config(c),
        sink(s),
        clients(c.clients != nullptr ? c.clients : std::make_shared<ClientWindows>(c.hash_key[0], c.hash_key[1])) {}

  const EngineConfig& config;
  EventSink& sink;
  Scratch scratch;
  std::shared_ptr<DecodePool> decoders;
  SpareScanners scanners;
  Counters counters;
  ExpectedSessions expected;
  std::shared_ptr<ClientWindows> clients;
  SubjectMemo subject_memo;
  OwnNames own_names;

  // The current packet.
  const RawPacket* packet = nullptr;
  PacketView view;
  Verdict verdict = Verdict::allow;  ///< strictest so far
  /// What was masked in place. Beyond this many places in one packet, a datum is blocked instead.
  static constexpr std::size_t kMaxWritten = 256;
  std::array<Bytes, kMaxWritten> written{};
  std::size_t written_count = 0;

  void start(const RawPacket& raw) noexcept {
    packet = &raw;
    view.clear();
    verdict = Verdict::allow;
    written_count = 0;
  }
  void raise(Verdict v) noexcept {
    if (v > verdict) verdict = v;
  }
  [[nodiscard]] std::uint64_t now_ns() const noexcept { return packet == nullptr ? last_ns : packet->time_ns; }
  [[nodiscard]] std::uint64_t number() const noexcept { return packet == nullptr ? last_number : packet->number; }
  std::uint64_t last_ns = 0;      ///< of the packet before, for what is judged between packets
  std::uint64_t last_number = 0;
};

}  // namespace bulkhead
