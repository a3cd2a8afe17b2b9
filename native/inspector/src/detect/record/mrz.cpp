#include <array>
#include <cstddef>

#include "detect/ahead.hpp"
#include "detect/record/judge.hpp"
#include "detect/secret/report.hpp"

namespace bulkhead::detect::record {
namespace {

// ICAO Doc 9303-4, -5 and -6: lengths of lines, and where in the line the date of birth's check digit ends.
constexpr std::size_t kPassportLine = 44;  // TD3
constexpr std::size_t kMediumLine = 36;    // TD2
constexpr std::size_t kCardLine = 30;      // TD1, whose numbers are in the line before
constexpr std::ptrdiff_t kBirthEnds = 20;
constexpr std::ptrdiff_t kCardBirthEnds = 7;
constexpr std::ptrdiff_t kCardExpiryEnds = 15;

constexpr bool in_zone(std::uint8_t b) noexcept { return is(b, kUpper | kDigit) || b == '<'; }

/// Sums up characters by 9303-3's weights: 7, 3, 1, over fields one behind the other.
class Check {
 public:
  void add(const std::uint8_t* from, std::size_t size) noexcept {
    constexpr int kWeights[] = {7, 3, 1};
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint8_t b = from[i];
      const int value = is(b, kDigit) ? b - '0' : b == '<' ? 0 : b - 'A' + 10;
      sum_ += value * kWeights[count_++ % 3];
    }
  }
  [[nodiscard]] bool is_at(const std::uint8_t* digit) const noexcept { return is(*digit, kDigit) && sum_ % 10 == *digit - '0'; }

 private:
  int sum_ = 0;
  std::size_t count_ = 0;
};

bool checks(const std::uint8_t* field, std::size_t size) noexcept {
  Check check;
  check.add(field, size);
  return check.is_at(field + size);
}

/// Document number, dates, and all of it together; the line of TD3 and TD2 is one but for its length.
bool is_line(const std::uint8_t* line, std::size_t length) noexcept {
  if (!checks(line, 9) || !checks(line + 13, 6) || !checks(line + 21, 6)) return false;
  Check all;
  all.add(line, 10);
  all.add(line + 13, 7);
  all.add(line + 21, length - 1 - 21);
  return all.is_at(line + length - 1);
}

bool is_card(const std::uint8_t* upper, const std::uint8_t* lower) noexcept {
  // A number of more than nine characters goes on in the optional data, its check digit with it.
  if ((upper[14] != '<' && !checks(upper + 5, 9)) || !checks(lower, 6) || !checks(lower + 8, 6)) return false;
  Check all;
  all.add(upper + 5, 25);
  all.add(lower, 7);
  all.add(lower + 8, 7);
  all.add(lower + 18, 11);
  return all.is_at(lower + kCardLine - 1);
}

/// Whether a line that begins behind an escaped line end, whose letter hides its first date, may have its second one before
/// `event`.
bool ends_expiry_of_escaped(const std::uint8_t* event) noexcept {
  const std::uint8_t* const line = event - kCardExpiryEnds;
  return line[-1] == 'n' && line[-2] == '\\' && is(line[0], kDigit) && in_zone(line[kCardBirthEnds]);
}

/// Where the line before the one at `line` ends: over a line end, or one that is written as an escape.
const std::uint8_t* line_end_before(const std::uint8_t* line) noexcept {
  const auto escaped = [](const std::uint8_t* p, std::uint8_t c) { return p[-1] == c && p[-2] == '\\'; };
  if (line[-1] == '\n') return line - (line[-2] == '\r' ? 2 : 1);
  if (line[-1] == ' ') return line - 1;
  if (escaped(line, 'n')) return line - (escaped(line - 2, 'r') ? 4 : 2);
  return line;
}

}  // namespace

Judged judge_mrz(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  Ahead ahead(view, event, event);
  while (ahead.at() - event < static_cast<std::ptrdiff_t>(kPassportLine) - kBirthEnds && in_zone(ahead.byte())) ahead.skip();
  if (ahead.pending()) return Judged::pending;
  const std::uint8_t* const line = event - kBirthEnds;
  std::size_t before = 0;
  while (before < static_cast<std::size_t>(kBirthEnds) && in_zone(event[-1 - static_cast<std::ptrdiff_t>(before)])) ++before;
  const auto after = static_cast<std::size_t>(ahead.at() - event);
  const std::uint8_t* start = nullptr;
  const std::uint8_t* end = nullptr;
  if (before == static_cast<std::size_t>(kBirthEnds)) {
    for (const std::size_t length : {kPassportLine, kMediumLine}) {
      if (start != nullptr || before + after < length || !is_line(line, length)) continue;
      start = line;
      end = line + length;
    }
  }
  const std::ptrdiff_t ends = ends_expiry_of_escaped(event) ? kCardExpiryEnds : kCardBirthEnds;
  const std::uint8_t* const lower = event - ends;
  if (start == nullptr && after + static_cast<std::size_t>(ends) >= kCardLine) {
    const std::uint8_t* const upper = line_end_before(lower) - kCardLine;
    std::size_t fits = 0;
    while (fits < kCardLine && in_zone(upper[fits])) ++fits;
    if (fits == kCardLine && is_card(upper, lower)) {
      start = upper;
      end = lower + kCardLine;
    }
  }
  if (start != nullptr) secret::report(view, kMrz, start, end, 0, Confidence::high, false, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::record
