#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "bulkhead/detection.hpp"
#include "detect/candidate.hpp"
#include "detect/detector_set.hpp"
#include "detect/field_view.hpp"
#include "detect/identity/number_ends.hpp"
#include "detect/kinds_wanted.hpp"
#include "detect/labelled/label.hpp"

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
    std::uint8_t confidence;
    std::uint16_t detector;
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
  /// `kinds`: by `enabled`. `remember`: this is a provisional end. `found` is working memory: making it
  /// anew for each span would cost more than most spans.
  EventJudge(const detect::DetectorSet& enabled, detect::KindsWanted kinds, Reported& reported, bool remember,
             detect::Findings& found, DetectionSink& sink) noexcept
      : enabled_(enabled), kinds_(kinds), reported_(&reported), remember_(remember), found_(found), sink_(&sink) {}

  /// Judges what stands at `start`, the first byte of a field whose own name is `label`.
  detect::Judged judge_behind(const detect::FieldView& view, const std::uint8_t* start,
                              const detect::labelled::Label& label) noexcept;

  using Positions = std::span<const std::uint16_t>;

  /// Those of `positions` that identity/ may have to judge, written to `named`. `ends`: by `enabled`.
  std::size_t select_named(const std::uint8_t* from, Positions positions, const detect::identity::NumberEnds& ends,
                           std::uint16_t* named) noexcept;

  /// Judges the events `positions` (of `from`), and those of `named` for identity numbers, in order and up to one whose
  /// candidate waits for more bytes. Returns its position, or null when all are decided.
  const std::uint8_t* judge(const detect::FieldView& view, const std::uint8_t* from, Positions positions,
                            Positions named) noexcept;

 private:
  /// Who may have to say something about an event.
  struct Concerns {
    bool sifted, named;
  };
  [[gnu::noinline]] detect::Judged judge_one(const detect::FieldView& view, const std::uint8_t* at,
                                             Concerns concerns) noexcept;
  /// What was found, unless it was handed on before.
  void hand_on() noexcept;
  detect::Judged ask_all(const detect::FieldView& view, const std::uint8_t* at, Concerns concerns) noexcept;
  detect::Judged ask_identity(const detect::FieldView& view, const std::uint8_t* at) noexcept;
  detect::Judged ask_number(const detect::FieldView& view, const std::uint8_t* at, Concerns concerns) noexcept;
  /// What begins or is named by the anchor that ends at `at`.
  detect::Judged ask_literal(const detect::FieldView& view, const std::uint8_t* at) noexcept;
  detect::Judged ask_anchor(const detect::FieldView& view, const std::uint8_t* at) noexcept;
  [[nodiscard]] bool enabled(detect::BuiltIn detector) const noexcept { return enabled_.has(detector); }

  const detect::DetectorSet& enabled_;
  detect::KindsWanted kinds_;
  Reported* reported_;
  bool remember_;
  detect::Findings& found_;
  DetectionSink* sink_;
};

}  // namespace bulkhead::lane
