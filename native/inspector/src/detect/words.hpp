#pragma once

#include <cstdint>

namespace bulkhead::detect {

/// What a word near a datum, or in the name of its field, speaks of.
enum Topic : std::uint16_t {
  kCardWord = 1,        ///< payment cards and their schemes
  kNumberWord = 2,      ///< "number", "no", …: with kCardWord it names the card number itself
  kSsnWord = 4,         ///< US social security number
  kPhoneWord = 8,
  kMailWord = 16,
  kBankWord = 32,       ///< bank accounts, IBAN
  kOtherIdWord = 64,    ///< identifiers and quantities that only look like data: orders, traces, times, articles
  kPersonWord = 128,    ///< records about a person
  kSocialWord = 256,    ///< "social"; with kSecurityWord it is kSsnWord
  kSecurityWord = 512,
  kPanWord = 1024,      ///< names a card number alone: "pan", "ccnum"
  kValueWord = 2048,    ///< says nothing: "value", "text"; what it holds is said elsewhere
};
using Topics = std::uint16_t;

/// Union of the topics of all words in [from, to). Words are runs of letters, cut also where camelCase starts a new
/// one; words of any length are linear work. A word that touches `from` may be the rest of a longer one and is skipped
/// unless `from_is_boundary`.
Topics topics_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept;

}  // namespace bulkhead::detect
