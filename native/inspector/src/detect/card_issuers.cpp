#include "detect/card_issuers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace bulkhead::detect {
namespace {

struct Range {
  std::uint32_t from;  ///< first six digits, inclusive
  std::uint32_t to;
  std::uint32_t lengths;
  IssuerWeight weight;
};

constexpr std::uint32_t lengths(unsigned from, unsigned to) { return (1U << (to + 1)) - (1U << from); }
constexpr std::uint32_t only(unsigned length) { return 1U << length; }

constexpr IssuerWeight kPlain = IssuerWeight::plain;
constexpr IssuerWeight kContext = IssuerWeight::context_only;

// Where ranges of several schemes overlap the strongest entry that fits the length wins. Lengths of 17 to 19 and the
// old 13-digit Visa are context_only: epoch times, EANs and snowflake ids have those lengths.
constexpr std::array kRanges{
    Range{100000, 199999, only(15), kContext},         // UATP
    Range{180000, 180099, only(15), kPlain},           // JCB
    Range{213100, 213199, only(15), kPlain},           // JCB
    Range{220000, 220499, only(16), kPlain},           // Mir
    Range{220000, 220499, lengths(17, 19), kContext},  // Mir
    Range{222100, 272099, only(16), kPlain},           // Mastercard 2-series
    Range{300000, 305999, lengths(14, 16), kPlain},    // Diners Club
    Range{300000, 305999, lengths(17, 19), kContext},  //
    Range{309500, 309599, lengths(14, 16), kPlain},    // Diners Club
    Range{340000, 349999, only(15), kPlain},           // American Express
    Range{352800, 358999, only(16), kPlain},           // JCB
    Range{352800, 358999, lengths(17, 19), kContext},  //
    Range{360000, 369999, lengths(14, 16), kPlain},    // Diners Club
    Range{360000, 369999, lengths(17, 19), kContext},  //
    Range{370000, 379999, only(15), kPlain},           // American Express
    Range{380000, 399999, lengths(14, 16), kPlain},    // Diners Club
    Range{380000, 399999, lengths(17, 19), kContext},  //
    Range{400000, 499999, only(16), kPlain},           // Visa (also Elo, Dankort co-brands)
    Range{400000, 499999, only(13) | lengths(18, 19), kContext},
    Range{500000, 509999, lengths(12, 19), kContext},  // Maestro
    Range{501900, 501999, only(16), kPlain},           // Dankort
    Range{506000, 506199, only(16), kPlain},           // Verve
    Range{506099, 506198, lengths(18, 19), kContext},  // Verve
    Range{506699, 506778, only(16), kPlain},           // Elo
    Range{508000, 508999, only(16), kPlain},           // RuPay
    Range{509000, 509999, only(16), kPlain},           // Elo
    Range{510000, 559999, only(16), kPlain},           // Mastercard
    Range{560000, 599999, lengths(12, 19), kContext},  // Maestro
    Range{600000, 609999, only(16), kContext},         // RuPay
    Range{601100, 601199, only(16), kPlain},           // Discover
    Range{601100, 601199, lengths(17, 19), kContext},  //
    Range{606282, 606282, only(16), kPlain},           // Hipercard
    Range{620000, 629999, only(16), kPlain},           // UnionPay
    Range{620000, 629999, lengths(14, 15) | lengths(17, 19), kContext},
    Range{630000, 639999, lengths(12, 19), kContext},  // Maestro
    Range{636297, 636297, only(16), kPlain},           // Elo
    Range{636368, 636368, only(16), kPlain},           // Elo
    Range{637095, 637095, only(16), kPlain},           // Hipercard
    Range{637568, 637568, only(16), kPlain},           // Hipercard
    Range{644000, 659999, only(16), kPlain},           // Discover; 65 also RuPay, Elo, Troy, Verve
    Range{644000, 659999, lengths(17, 19), kContext},  //
    Range{670000, 679999, lengths(12, 19), kContext},  // Maestro
    Range{810000, 819999, only(16), kPlain},           // UnionPay, RuPay
    Range{810000, 819999, lengths(14, 15) | lengths(17, 19), kContext},
    Range{820000, 829999, only(16), kContext},         // RuPay
    Range{979200, 979299, only(16), kPlain},           // Troy
};

/// By first digit: where its ranges start. No range spans two.
consteval std::array<std::uint8_t, 11> make_starts() {
  std::array<std::uint8_t, 11> starts{};
  for (std::size_t digit = 0; digit < 10; ++digit)
    for (const Range& range : kRanges)
      if (range.from / 100000 <= digit) ++starts[digit + 1];
  return starts;
}
constexpr std::array<std::uint8_t, 11> kStarts = make_starts();

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

}  // namespace

IssuerWeight issuer_weight(std::uint32_t first_six, std::size_t length) noexcept {
  if (length > kMaxCardDigits) return IssuerWeight::none;
  IssuerWeight best = IssuerWeight::none;
  const std::uint32_t digit = first_six / 100000;
  if (digit > 9) return best;
  for (std::size_t i = kStarts[digit]; i < kStarts[digit + 1]; ++i) {
    const Range& range = kRanges[i];
    if (first_six <= range.to && (range.lengths >> length & 1U) != 0) best = std::max(best, range.weight);
  }
  return best;
}

bool is_published_test_card(const std::uint8_t* digits, std::size_t length) noexcept {
  const std::string_view number(reinterpret_cast<const char*>(digits), length);
  return std::find(kTestNumbers.begin(), kTestNumbers.end(), number) != kTestNumbers.end();
}

}  // namespace bulkhead::detect
