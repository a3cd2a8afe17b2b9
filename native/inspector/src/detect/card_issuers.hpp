#pragma once

#include <cstddef>
#include <cstdint>

namespace bulkhead::detect {

inline constexpr std::size_t kMinCardDigits = 12;
inline constexpr std::size_t kMaxCardDigits = 19;

/// How much an issuer range and length say on their own.
enum class IssuerWeight : std::uint8_t {
  none,          ///< no issuer has cards of this prefix and length
  context_only,  ///< too common among other numbers: counts only beside other evidence
  plain,
};

/// Looks the first six digits (as a number) and the total length up in the table of issuers.
IssuerWeight issuer_weight(std::uint32_t first_six, std::size_t length) noexcept;

/// Cheap necessary condition for issuer_weight: some issuer has cards of this first digit and length.
constexpr bool issuer_possible(unsigned first_digit, std::size_t length) noexcept {
  // Bit n of an entry: cards of n digits exist.
  constexpr auto span = [](unsigned from, unsigned to) { return (1U << (to + 1)) - (1U << from); };
  constexpr std::uint32_t lengths[10] = {
      0,                              // 0
      1U << 15,                       // 1: UATP, JCB 1800
      span(15, 19),                   // 2: Mastercard, Mir, JCB 2131
      span(14, 19),                   // 3: Amex, Diners, JCB
      (1U << 13) | (1U << 16) | (1U << 18) | (1U << 19),  // 4: Visa
      span(12, 19),                   // 5: Mastercard, Maestro, Elo, Verve, Dankort
      span(12, 19),                   // 6: Discover, UnionPay, Maestro, RuPay, Troy, Hipercard
      0,                              // 7
      span(14, 19),                   // 8: UnionPay, RuPay
      1U << 16,                       // 9: Troy
  };
  return (lengths[first_digit] >> length & 1U) != 0;
}

/// Published numbers that payment providers give out for tests.
bool is_published_test_card(const std::uint8_t* digits, std::size_t length) noexcept;

}  // namespace bulkhead::detect
