#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/detection.hpp"
#include "bulkhead/exact_data.hpp"
#include "lane/event_judge.hpp"
#include "lane/exact_words.hpp"

namespace bulkhead::lane {

/// A set, and what its findings are called.
struct ExactRule {
  const ExactDataSet* set;
  DetectorIndex detector;
  Confidence alone;  ///< of a value without another one of its row nearby
};

/// The search for one set's values through one field: its last words and digits, hashed only where a value of that many
/// words and bytes exists.
class ExactStream {
 public:
  void scan(const ExactRule& rule, Bytes bytes, std::uint64_t field_offset, DetectionSink& sink) noexcept;
  /// Judges what touches the field's end at `field_offset`; `provisional`: the field may go on.
  void end(const ExactRule& rule, std::uint64_t field_offset, bool provisional, DetectionSink& sink) noexcept;

 private:
  /// Values of one row within so many bytes of one another confirm each other: a record of any format.
  static constexpr std::uint64_t kRowBytes = 512;
  static constexpr std::size_t kRecent = 2 * kMaxExactRows;
  /// Bytes that may stand between the words of a value: ", " or " - ".
  static constexpr std::size_t kMaxGap = 3;

  struct Recent {
    std::uint64_t offset;
    std::uint32_t row;
    std::uint16_t column;
  };

  void digits_end(const ExactRule& rule, std::uint64_t end, bool remember, DetectionSink& sink) noexcept;
  void words_end(const ExactRule& rule, ExactWords& words, Normalisation normalisation, std::uint64_t end, bool remember,
                 DetectionSink& sink) noexcept;
  void look_up(const ExactRule& rule, Normalisation normalisation, Bytes value, std::uint64_t from, std::uint64_t to,
               bool remember, DetectionSink& sink) noexcept;
  bool row_is_near(const ExactDataSet& set, const ExactDataSet::Hit& hit, std::uint64_t offset, bool remember_rows) noexcept;

  ExactWords text_, exact_;
  ExactDigits digits_;
  std::array<Recent, kRecent> recent_{};
  std::uint8_t recent_count_ = 0, recent_next_ = 0;
  std::uint8_t gap_ = 0;         ///< bytes since the last word
  std::uint8_t digit_gap_ = 0;
  std::uint8_t last_ = 0;        ///< the byte before
  Reported reported_;
};

}  // namespace bulkhead::lane
