#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "bulkhead/engine.hpp"

namespace bulkhead {

/// Who speaks what with whom, as it crosses to JavaScript: js/src/conversation.ts reads the same layout, and tests on both
/// sides hold them to it.
struct ConversationRecord {
  std::array<std::uint8_t, 16> client{};  //   0  IPv4 as IPv4-mapped IPv6
  std::array<std::uint8_t, 16> server{};  //  16
  std::uint16_t port = 0;                 //  32  of the server
  std::uint8_t ip_protocol = 0;           //  34
  std::uint8_t protocol = 0;              //  35  Protocol

  friend bool operator==(const ConversationRecord&, const ConversationRecord&) = default;
};
static_assert(sizeof(ConversationRecord) == 36);
static_assert(offsetof(ConversationRecord, port) == 32 && offsetof(ConversationRecord, protocol) == 35);
static_assert(std::is_trivially_copyable_v<ConversationRecord>);

/// What was recognised in the sessions of one source since it was last asked, each once.
///
/// Bounded: whoever opens sessions chooses their addresses. Found by a keyed hash, for the same reason. Takes no memory
/// until something is recognised.
class ConversationSet {
 public:
  /// More than a workload's clients and servers of ten seconds; 144 KiB, and 16 for the index.
  static constexpr std::size_t kMost = 4'096;

  ConversationSet() noexcept;

  /// False when it is not there and there is no room for it.
  bool add(const SessionView& session, Protocol spoken) noexcept;
  /// Hands them over, in the order in which they were recognised, and begins anew.
  [[nodiscard]] std::vector<ConversationRecord> take() noexcept;

 private:
  /// Places for positions, counted from 1, so that half of them stay free.
  using Index = std::array<std::uint16_t, 2 * kMost>;

  [[nodiscard]] std::size_t place_of(const ConversationRecord& record) const noexcept;

  std::array<std::uint64_t, 2> key_{};
  std::vector<ConversationRecord> records_;
  std::unique_ptr<Index> index_;
};

}  // namespace bulkhead
