#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "source/event.hpp"

namespace bulkhead::sentinel {

/// Decides what is told of one container, so that a program that is started in a loop is one event and not a million, and so
/// that many different ones leave room for other containers.
class RepeatFilter {
 public:
  /// What was told is not told again so soon.
  static constexpr std::int64_t kQuietMs = 10'000;
  /// Different events remembered at once, in lines of so many places each.
  static constexpr std::size_t kLines = 128;
  static constexpr std::size_t kPlaces = 4;
  /// Different events that are told at once, and each second after that.
  static constexpr std::int64_t kBurst = 1'000;
  static constexpr std::int64_t kEachSecond = 100;

  enum class Answer : std::uint8_t { kTell, kRepeated, kTooMany };

  [[nodiscard]] Answer ask(const Event& event) noexcept;

 private:
  struct Place {
    std::uint64_t mark = 0;
    std::int64_t told_ms = 0;
  };

  [[nodiscard]] bool may_tell(std::int64_t now_ms) noexcept;

  std::array<std::array<Place, kPlaces>, kLines> lines_{};
  std::int64_t tokens_ = kBurst * 1'000;  ///< thousandths of an event
  std::int64_t filled_ms_ = 0;
};

}  // namespace bulkhead::sentinel
