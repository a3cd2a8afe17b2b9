#include "lane/exact_stream.hpp"

#include <algorithm>
#include <cstring>

#include "detect/candidate.hpp"

namespace bulkhead::lane {
namespace {

constexpr std::size_t kMaxStars = 16;

bool separates_digits(std::uint8_t byte) noexcept {
  return byte == ' ' || byte == '-' || byte == '.' || byte == '/' || byte == '(' || byte == ')';
}

}  // namespace

void ExactStream::scan(const ExactRule& rule, Bytes bytes, std::uint64_t field_offset, DetectionSink& sink) noexcept {
  const bool digits = rule.set->has(Normalisation::digits);
  const bool text = rule.set->has(Normalisation::text);
  const bool exact = rule.set->has(Normalisation::exact);
  constexpr std::size_t kMaxDigitGap = 2;  // ") " of telephone numbers
  std::uint64_t offset = field_offset;
  for (const std::uint8_t byte : bytes) {
    const bool word = of_exact_word(byte);
    if (digits) {
      if (detect::is(byte, detect::kDigit)) {
        // A group within a word is none: it may not be joined to what stands before it either.
        if (!digits_.inside() && of_exact_word(last_)) {
          digits_.clear();
        } else {
          digits_.add(byte, offset);
          digit_gap_ = 0;
        }
      } else {
        if (digits_.inside() && !word) digits_end(rule, offset, false, sink);
        if (digits_.inside()) digits_.next();
        if (word || !separates_digits(byte) || ++digit_gap_ > kMaxDigitGap) digits_.clear();
      }
    }
    if (word) {
      if (text) text_.add(byte, offset, true);
      if (exact) exact_.add(byte, offset, false);
      gap_ = 0;
    } else {
      if (text) words_end(rule, text_, Normalisation::text, offset, false, sink);
      if (exact) words_end(rule, exact_, Normalisation::exact, offset, false, sink);
      text_.next();
      exact_.next();
      if (byte < ' ' || ++gap_ > kMaxGap) {
        text_.clear();
        exact_.clear();
        gap_ = 0;
      }
    }
    last_ = byte;
    ++offset;
  }
}

void ExactStream::end(const ExactRule& rule, std::uint64_t field_offset, bool provisional,
                      DetectionSink& sink) noexcept {
  if (digits_.inside()) digits_end(rule, field_offset, provisional, sink);
  words_end(rule, text_, Normalisation::text, field_offset, provisional, sink);
  words_end(rule, exact_, Normalisation::exact, field_offset, provisional, sink);
}

void ExactStream::digits_end(const ExactRule& rule, std::uint64_t end, bool remember, DetectionSink& sink) noexcept {
  const std::uint64_t lengths = rule.set->lengths(Normalisation::digits, 0);
  for (std::size_t groups = digits_.count(); groups > 0; --groups) {
    const Bytes value = digits_.last(groups);
    if ((lengths >> std::min(value.size(), kMaxExactValue) & 1U) == 0 || value.size() > kMaxExactValue) continue;
    look_up(rule, Normalisation::digits, value, digits_.offset_of_last(groups), end, remember, sink);
  }
}

void ExactStream::words_end(const ExactRule& rule, ExactWords& words, Normalisation normalisation, std::uint64_t end,
                            bool remember, DetectionSink& sink) noexcept {
  if (!words.ended()) return;
  for (std::size_t count = words.count(); count > 0; --count) {
    const std::uint64_t lengths = rule.set->lengths(normalisation, count);
    if (lengths == 0) continue;
    const Bytes value = words.last(count);
    if (value.size() > kMaxExactValue || (lengths >> value.size() & 1U) == 0) continue;
    look_up(rule, normalisation, value, words.offset_of_last(count), end, remember, sink);
  }
}

void ExactStream::look_up(const ExactRule& rule, Normalisation normalisation, Bytes value, std::uint64_t from,
                          std::uint64_t to, bool remember, DetectionSink& sink) noexcept {
  const ExactDataSet& set = *rule.set;
  const std::uint64_t hash = set.hash_of(normalisation, value);
  std::array<ExactDataSet::Hit, kMaxExactColumns> hits;
  const std::size_t count = set.find(hash, normalisation, hits);
  if (count == 0) return;
  // One datum, one detection: that of the first column whose row is confirmed, else of the first.
  Confidence confidence = set.columns().size() == 1 ? Confidence::high : rule.alone;
  std::size_t shown = 0;
  for (std::size_t i = count; i-- > 0;) {
    if (!row_is_near(set, hits[i], from, !remember)) continue;
    confidence = Confidence::high;
    shown = i;
  }
  Detection detection;
  detection.detector = rule.detector;
  detection.confidence = confidence;
  detection.offset = from;
  detection.length = static_cast<std::uint32_t>(to - from);
  const auto* const hash_bytes = reinterpret_cast<const std::uint8_t*>(&hash);
  detection.fingerprint = detect::fingerprint(static_cast<detect::BuiltIn>(rule.detector), hash_bytes, sizeof hash);
  detect::mask_fill(detection, std::min(value.size(), kMaxStars));
  const std::string& name = set.columns()[hits[shown].column].name;
  detection.key_length = static_cast<std::uint8_t>(std::min(name.size(), kMaxKey));
  std::memcpy(detection.key.data(), name.data(), detection.key_length);
  if ((remember || !reported_.empty()) && !reported_.is_news(detection, remember)) return;
  sink.detected(detection);
}

/// Whether another column of one of the value's rows was found nearby. Remembers the rows, but not of a value that may
/// still turn out to be the beginning of a longer one.
bool ExactStream::row_is_near(const ExactDataSet& set, const ExactDataSet::Hit& hit, std::uint64_t offset,
                              bool remember_rows) noexcept {
  const auto row_at = [&](std::uint32_t i) { return hit.rows == 1 ? hit.first_row : set.row(hit.first_row + i); };
  bool near = false;
  for (std::uint32_t i = 0; i < hit.rows; ++i) {
    const std::uint32_t row = row_at(i);
    for (std::size_t r = 0; r < recent_count_; ++r) {
      const Recent& recent = recent_[r];
      near = near || (recent.row == row && recent.offset + kRowBytes >= offset && recent.column != hit.column &&
                      recent.offset != offset);
    }
  }
  for (std::uint32_t i = 0; remember_rows && i < hit.rows; ++i) {
    recent_[recent_next_] = {offset, row_at(i), hit.column};
    recent_next_ = static_cast<std::uint8_t>((recent_next_ + 1U) % kRecent);
    if (recent_count_ < kRecent) ++recent_count_;
  }
  return near;
}

}  // namespace bulkhead::lane
