#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bulkhead/engine.hpp"

namespace bulkhead {

/// Tells what a session was already found to carry, so that a page of a hundred addresses, shown again and again over one
/// connection, is a hundred findings and not a hundred per response: each one costs JavaScript microseconds.
///
/// Remembers the most recent data only. One that was forgotten is told again, which does no harm.
class RepeatFilter {
 public:
  /// 64 KiB per worker: more distinct data than the sessions of a moment carry. A mark may stand in any of the eight
  /// places of its line: with a single place, two marks that want the same one would be told in turn for ever.
  static constexpr std::size_t kLines = 1'024;
  static constexpr std::size_t kPlaces = 8;

  /// Whether the finding is no news: below its sensor's threshold, or the same datum was told before, of the same session,
  /// by the same sensor, in the same direction and with the same verdict.
  bool skips(const Event& finding, std::uint64_t session) noexcept;
  /// Findings skipped so far.
  [[nodiscard]] std::uint64_t skipped() const noexcept { return skipped_; }

 private:
  struct alignas(64) Line {
    std::array<std::uint64_t, kPlaces> marks{};
  };

  std::array<Line, kLines> lines_{};
  std::size_t next_ = 0;  ///< the place that is given up next, in whatever line
  std::uint64_t skipped_ = 0;
};

}  // namespace bulkhead
