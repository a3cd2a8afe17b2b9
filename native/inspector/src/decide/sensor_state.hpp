#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "bulkhead/detection.hpp"
#include "bulkhead/packet.hpp"
#include "bulkhead/program.hpp"
#include "decide/client_windows.hpp"

namespace bulkhead {

/// A sensor that a detection concerns, and what it wants done: Verdict::allow while fewer distinct values than its
/// threshold were seen.
struct SensorMatch {
  std::uint16_t sensor;
  Verdict verdict;
};

/// The sensors a detection matches; each once, in the program's order.
class SensorMatches {
 public:
  void add(SensorMatch match) noexcept { all_[count_++] = match; }
  [[nodiscard]] const SensorMatch* begin() const noexcept { return all_.data(); }
  [[nodiscard]] const SensorMatch* end() const noexcept { return all_.data() + count_; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// The strictest verdict of all; allow when nothing matches.
  [[nodiscard]] Verdict strictest() const noexcept;

 private:
  std::array<SensorMatch, kMaxSensors> all_;  // not initialised: only the first count_ are meant
  std::size_t count_ = 0;
};

/// Counts, for one session, the distinct values each sensor has seen, and judges detections by it.
///
/// A sensor with threshold 1 needs no memory; for the others each distinct value is remembered by its fingerprint, in
/// heap memory allocated at the first one. Beyond kMaxRemembered values of a sensor each further detection that is
/// not among them counts as a new value.
class SensorState {
 public:
  static constexpr std::size_t kMaxRemembered = 64;

  SensorState() noexcept;
  ~SensorState();
  SensorState(SensorState&&) noexcept;
  SensorState& operator=(SensorState&&) noexcept;

  /// Where a sensor that counts by client does so. Without `windows` it counts this session alone.
  struct Client {
    ClientWindows* windows = nullptr;
    Address address;
    std::uint32_t tenant = 0;
    std::uint64_t now_ns = 0;
    std::uint64_t concerned = ~0ULL;  ///< bit s: sensor s concerns the session
    bool lost = false;  ///< set when a count had to be given up
  };

  /// Which sensors of `program` concern the detection: they name its detector, concern its session, cover its direction, and do not ask
  /// for more confidence. Under another program than before counting starts anew.
  void judge(const Program& program, const Detection& detection, Direction direction, SensorMatches& matches,
             Client& client) noexcept;

 private:
  struct Counts;
  std::uint64_t generation_ = 0;
  std::unique_ptr<Counts> counts_;
};

}  // namespace bulkhead
