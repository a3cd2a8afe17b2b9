#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "bulkhead/packet.hpp"

namespace bulkhead {

/// Whose values are counted, and for which sensor of which program.
struct ClientKey {
  Address client;
  std::uint32_t tenant = 0;
  std::uint16_t sensor = 0;
  std::uint64_t generation = 0;

  friend bool operator==(const ClientKey&, const ClientKey&) = default;
};

/// Distinct values that each client's sessions showed a sensor within a sliding window of time.
///
/// Bounded: kClients clients (4 MiB, allocated at the first value), kValues values each. A client that finds its place
/// taken by eight that were seen more recently takes that of the oldest, whose count is lost.
///
/// The engines of a process share one: a client's sessions are on any thread. It is asked only about what a sensor with a
/// window has found, so one lock is enough.
class ClientWindows {
 public:
  static constexpr std::size_t kClients = 4'096;
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kValues = 64;  // the largest threshold

  ClientWindows(std::uint64_t key0, std::uint64_t key1) noexcept : key_{key0, key1} {}

  struct Outcome {
    std::uint32_t distinct = 0;
    bool lost = false;  ///< another client's count within its window was given up, or there was no memory
  };
  /// Counts a value seen at `now_ns`: the distinct ones of the window that ends there, this one included. Beyond kValues
  /// the oldest are forgotten.
  Outcome count(const ClientKey& key, std::uint64_t value, std::uint64_t now_ns, std::uint64_t window_ns) noexcept;

 private:
  struct Seen {
    std::uint64_t value, at_ns;
  };
  struct Entry {
    ClientKey key;
    std::uint64_t last_ns = 0, window_ns = 0;
    std::uint32_t used = 0;
    std::array<Seen, kValues> seen;
  };

  std::array<std::uint64_t, 2> key_;
  std::mutex mutex_;
  std::unique_ptr<Entry[]> entries_;
};

}  // namespace bulkhead
