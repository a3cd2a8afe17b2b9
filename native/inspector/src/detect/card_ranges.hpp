#pragma once

#include <array>
#include <cstdint>

#include "detect/card_issuers.hpp"

namespace bulkhead::detect::internal {

struct CardRange {
  std::uint32_t from;  ///< first six digits, inclusive
  std::uint32_t to;
  std::uint32_t lengths;
  IssuerWeight weight;
};

constexpr std::uint32_t lengths(unsigned from, unsigned to) { return (1U << (to + 1)) - (1U << from); }
constexpr std::uint32_t only(unsigned length) { return 1U << length; }

inline constexpr IssuerWeight kPlain = IssuerWeight::plain;
inline constexpr IssuerWeight kContext = IssuerWeight::context_only;

// Where ranges of several schemes overlap the strongest entry that fits the length wins. Lengths of 17 to 19 and the
// old 13-digit Visa are context_only: epoch times, EANs and snowflake ids have those lengths.
inline constexpr std::array kCardRanges{
    CardRange{100000, 199999, only(15), kContext},         // UATP
    CardRange{180000, 180099, only(15), kPlain},           // JCB
    CardRange{213100, 213199, only(15), kPlain},           // JCB
    CardRange{220000, 220499, only(16), kPlain},           // Mir
    CardRange{220000, 220499, lengths(17, 19), kContext},  // Mir
    CardRange{222100, 272099, only(16), kPlain},           // Mastercard 2-series
    CardRange{300000, 305999, lengths(14, 16), kPlain},    // Diners Club
    CardRange{300000, 305999, lengths(17, 19), kContext},  //
    CardRange{309500, 309599, lengths(14, 16), kPlain},    // Diners Club
    CardRange{340000, 349999, only(15), kPlain},           // American Express
    CardRange{352800, 358999, only(16), kPlain},           // JCB
    CardRange{352800, 358999, lengths(17, 19), kContext},  //
    CardRange{360000, 369999, lengths(14, 16), kPlain},    // Diners Club
    CardRange{360000, 369999, lengths(17, 19), kContext},  //
    CardRange{370000, 379999, only(15), kPlain},           // American Express
    CardRange{380000, 399999, lengths(14, 16), kPlain},    // Diners Club
    CardRange{380000, 399999, lengths(17, 19), kContext},  //
    CardRange{400000, 499999, only(16), kPlain},           // Visa (also Elo, Dankort co-brands)
    CardRange{400000, 499999, only(13) | lengths(18, 19), kContext},
    CardRange{500000, 509999, lengths(12, 19), kContext},  // Maestro
    CardRange{501900, 501999, only(16), kPlain},           // Dankort
    CardRange{504175, 504175, only(16), kPlain},           // Elo
    CardRange{506000, 506199, only(16), kPlain},           // Verve
    CardRange{506099, 506198, lengths(18, 19), kContext},  // Verve
    CardRange{506699, 506778, only(16), kPlain},           // Elo
    CardRange{507865, 507964, only(16), kPlain},           // Verve
    CardRange{508000, 508999, only(16), kPlain},           // RuPay
    CardRange{509000, 509999, only(16), kPlain},           // Elo
    CardRange{510000, 559999, only(16), kPlain},           // Mastercard
    CardRange{560000, 599999, lengths(12, 19), kContext},  // Maestro
    // Public lists of issuers call all of 60 to 69 Maestro. Outside 63 and 67 such cards are rare, and shorter numbers that begin so
    // are those of goods (GS1: 690 to 699 for China's, which end in a check digit of their own) and telephones.
    CardRange{600000, 699999, lengths(16, 19), kContext},  // Maestro; 60 also RuPay
    CardRange{601100, 601199, only(16), kPlain},           // Discover
    CardRange{601100, 601199, lengths(17, 19), kContext},  //
    CardRange{606282, 606282, only(16), kPlain},           // Hipercard
    CardRange{620000, 629999, only(16), kPlain},           // UnionPay
    CardRange{620000, 629999, lengths(14, 15) | lengths(17, 19), kContext},
    CardRange{630000, 639999, lengths(12, 19), kContext},  // Maestro
    CardRange{636297, 636297, only(16), kPlain},           // Elo
    CardRange{636368, 636368, only(16), kPlain},           // Elo
    CardRange{637095, 637095, only(16), kPlain},           // Hiper
    CardRange{637568, 637568, only(16), kPlain},           // Hiper
    CardRange{637599, 637599, only(16), kPlain},           // Hiper
    CardRange{637609, 637609, only(16), kPlain},           // Hiper
    CardRange{637612, 637612, only(16), kPlain},           // Hiper
    CardRange{644000, 659999, only(16), kPlain},           // Discover; 65 also RuPay, Elo, Troy, Verve
    CardRange{644000, 659999, lengths(17, 19), kContext},  //
    CardRange{670000, 679999, lengths(12, 19), kContext},  // Maestro
    CardRange{810000, 819999, only(16), kPlain},           // UnionPay, RuPay
    CardRange{810000, 819999, lengths(14, 15) | lengths(17, 19), kContext},
    CardRange{820000, 829999, only(16), kContext},         // RuPay
    CardRange{979200, 979299, only(16), kPlain},           // Troy
};

}  // namespace bulkhead::detect::internal
