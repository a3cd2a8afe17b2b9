#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "bulkhead/engine.hpp"

namespace bulkhead {

/// One event as it crosses to JavaScript: fixed size, little endian, no pointers. js/event-record.ts reads the same
/// layout; test/source/event_record.test.cpp and js/event-record.test.ts hold both to it.
struct EventRecord {
  static constexpr std::size_t kText = 120;
  static constexpr std::size_t kServerName = kText;  ///< longer names are cut and flagged

  static constexpr std::uint8_t kKnownTest = 1;
  static constexpr std::uint8_t kHasSession = 2;
  static constexpr std::uint8_t kServerNameCut = 4;

  std::uint8_t kind = 0;                       //   0  EventKind
  std::uint8_t direction = 0;                  //   1  Direction
  std::uint8_t protocol = 0;                   //   2  Protocol
  std::uint8_t location = 0;                   //   3  Location
  std::uint8_t confidence = 0;                 //   4  Confidence
  std::uint8_t verdict = 0;                    //   5  Verdict
  std::uint8_t exception = 0;                  //   6  Exception
  std::uint8_t flags = 0;                      //   7
  std::uint64_t time_ns = 0;                   //   8  since the epoch
  std::uint64_t packet = 0;                    //  16
  std::uint64_t session = 0;                   //  24
  std::uint64_t value = 0;                     //  32  finding: offset; exception: bytes not inspected; application: rule
  std::uint32_t source = 0;                    //  40  number of the queue or tap
  std::uint32_t program = 0;                   //  44  number of the program that `detector` and `sensor` index
  std::uint32_t length = 0;                    //  48  finding: of the datum as written
  std::uint16_t detector = 0;                  //  52
  std::uint16_t sensor = 0;                    //  54
  std::uint16_t client_port = 0;               //  56
  std::uint16_t server_port = 0;               //  58
  std::uint16_t tls_version = 0;               //  60
  std::uint8_t ip_protocol = 0;                //  62
  std::uint8_t masked_length = 0;              //  63
  std::array<std::uint8_t, 16> client{};       //  64  IPv4 as IPv4-mapped IPv6
  std::array<std::uint8_t, 16> server{};       //  80
  std::uint8_t key_length = 0;                 //  96
  std::uint8_t server_name_length = 0;         //  97
  std::uint8_t subject_length = 0;             //  98
  std::array<std::uint8_t, 4> encodings{};     //  99  finding: Encoding, from the outermost on; none: unused
  std::array<std::uint8_t, 1> reserved{};      // 103
  std::array<char, kText> text{};              // 104  finding: masked at 0, key at kMaxMasked; else: server name
  std::array<char, kMaxSubject> subject{};     // 224  finding: what the session is about
};
static_assert(sizeof(EventRecord) == 320);
static_assert(offsetof(EventRecord, client) == 64 && offsetof(EventRecord, text) == 104);
static_assert(kMaxMasked + kMaxKey <= EventRecord::kText);
static_assert(std::is_trivially_copyable_v<EventRecord>);
static_assert(std::endian::native == std::endian::little, "records are handed over as they lie in memory");

[[nodiscard]] EventRecord make_record(const Event& event, std::uint32_t source, std::uint32_t program) noexcept;

/// Records on their way to JavaScript. `lost` counts those before it that found the queue full.
struct EventBatch {
  static constexpr std::size_t kRecords = 256;

  std::vector<EventRecord> records;
  std::uint64_t lost = 0;
};

}  // namespace bulkhead
