#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/detection.hpp"
#include "detect/candidate.hpp"
#include "detect/field_view.hpp"

namespace bulkhead::lane {

/// Detections already handed on by provisional_end, so that they are not reported again when their boundary arrives.
class Reported {
 public:
  /// True unless this datum was handed on before with this length and at least this confidence; remembers it if
  /// `remember`. A datum that has grown since is news: its further bytes may have to be masked.
  bool is_news(const Detection& detection, bool remember) noexcept;
  void clear() noexcept { count_ = next_ = 0; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

 private:
  struct Entry {
    std::uint32_t offset;  // low bits of the field offset: entries live for a few hundred bytes only
    std::uint8_t length;
    std::uint8_t detector : 6, confidence : 2;
  };
  // More data than this within the bytes that can wait (kLookAhead) would be reported twice, not lost.
  static constexpr std::size_t kCapacity = 8;
  std::array<Entry, kCapacity> entries_{};
  std::uint8_t count_ = 0;
  std::uint8_t next_ = 0;
};

/// Asks the judges of an event and hands on what they find. The kind of an event is told from its bytes.
class EventJudge {
 public:
  /// `enabled`: bit d stands for built-in detector d. `remember`: this is a provisional end. `found` is working
  /// memory: making it anew for each span would cost more than most spans.
  EventJudge(std::uint32_t enabled, Reported& reported, bool remember, detect::Findings& found,
             DetectionSink& sink) noexcept
      : enabled_(enabled), reported_(&reported), remember_(remember), found_(found), sink_(&sink) {}

  /// Judges the events among `positions` (of `from`) in order, up to one whose candidate waits for more bytes.
  /// Returns its position, or null when all are decided.
  const std::uint8_t* judge(const detect::FieldView& view, const std::uint8_t* from, const std::uint16_t* positions,
                            std::size_t count) noexcept;

 private:
  [[gnu::noinline]] detect::Judged judge_one(const detect::FieldView& view, const std::uint8_t* at) noexcept;
  detect::Judged ask_all(const detect::FieldView& view, const std::uint8_t* at) noexcept;
  detect::Judged ask_number(const detect::FieldView& view, const std::uint8_t* at) noexcept;
  detect::Judged ask_anchor(const detect::FieldView& view, const std::uint8_t* at) noexcept;
  [[nodiscard]] bool enabled(detect::BuiltIn detector) const noexcept { return (enabled_ >> detector & 1) != 0; }

  std::uint32_t enabled_;
  Reported* reported_;
  bool remember_;
  detect::Findings& found_;
  DetectionSink* sink_;
};

}  // namespace bulkhead::lane
