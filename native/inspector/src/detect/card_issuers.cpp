#include "detect/card_issuers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "detect/card_ranges.hpp"

namespace bulkhead::detect {
namespace {

using internal::CardRange;
using internal::kCardRanges;

/// The first and one past the last of kCardRanges that hold numbers with the same two digits in front.
struct Span {
  std::uint8_t first = 0, end = 0;
};
consteval std::array<Span, 100> make_spans() {
  std::array<Span, 100> spans{};
  for (std::size_t start = 0; start < spans.size(); ++start) {
    for (std::size_t i = 0; i < kCardRanges.size(); ++i) {
      if (start < kCardRanges[i].from / 10'000 || start > kCardRanges[i].to / 10'000) continue;
      if (spans[start].end == 0) spans[start].first = static_cast<std::uint8_t>(i);
      spans[start].end = static_cast<std::uint8_t>(i + 1);
    }
  }
  return spans;
}
constexpr std::array<Span, 100> kSpans = make_spans();

constexpr std::array<std::string_view, 40> kTestNumbers{
    "4111111111111111", "4012888888881881", "4222222222222",    "4242424242424242", "4000056655665556",
    "5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222", "2223000048410010",
    "378282246310005",  "371449635398431",  "378734493671000",  "6011111111111117", "6011000990139424",
    "6011981111111113", "30569309025904",   "3056930009020004", "36227206271667",   "38520000023237",
    "3530111333300000", "3566002020360505", "6200000000000005", "6200000000000047", "6205500000000000004",
    "6759649826438453", "5019717010103742", "6331101999990016", "5610591081018250", "4000000000000002",
    "4000002500003155", "4000000000009995", "4000000000000077", "4917610000000000", "4462030000000000",
    "5454545454545454", "4484070000000000", "4003830171874018", "6011000000000004", "5500000000000004",
};

/// Their last four digits as one number each: nearly every number differs from all of them there already.
consteval std::array<std::uint32_t, kTestNumbers.size()> make_test_ends() {
  std::array<std::uint32_t, kTestNumbers.size()> ends{};
  for (std::size_t i = 0; i < ends.size(); ++i)
    for (const char digit : kTestNumbers[i].substr(kTestNumbers[i].size() - 4))
      ends[i] = ends[i] << 8 | static_cast<std::uint8_t>(digit);
  return ends;
}
constexpr std::array<std::uint32_t, kTestNumbers.size()> kTestEnds = make_test_ends();

}  // namespace

IssuerWeight issuer_weight(std::uint32_t first_six, std::size_t length) noexcept {
  if (length > kMaxCardDigits) return IssuerWeight::none;
  IssuerWeight best = IssuerWeight::none;
  const std::size_t start = first_six / 10'000;
  if (start >= kSpans.size()) return best;
  for (std::size_t i = kSpans[start].first; i < kSpans[start].end; ++i) {
    const CardRange& range = kCardRanges[i];
    if (range.from <= first_six && first_six <= range.to && (range.lengths >> length & 1U) != 0) best = std::max(best, range.weight);
  }
  return best;
}

bool is_published_test_card(const std::uint8_t* digits, std::size_t length) noexcept {
  if (length < kMinCardDigits) return false;
  std::uint32_t end = 0;
  for (std::size_t i = length - 4; i < length; ++i) end = end << 8 | digits[i];
  std::uint32_t known = 0;
  for (const std::uint32_t test : kTestEnds) known |= static_cast<std::uint32_t>(test == end);
  if (known == 0) return false;
  const std::string_view number(reinterpret_cast<const char*>(digits), length);
  return std::find(kTestNumbers.begin(), kTestNumbers.end(), number) != kTestNumbers.end();
}

}  // namespace bulkhead::detect
