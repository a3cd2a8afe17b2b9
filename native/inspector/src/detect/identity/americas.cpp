#include <string_view>

#include "detect/identity/validators.hpp"

namespace bulkhead::detect::identity {

/// IRS: 9NN-GG-NNNN with a group the IRS gives out.
bool us_itin(const Compact& n) noexcept {
  const int group = n.number(3, 2);
  const bool issued = (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) ||
                      (group >= 94 && group <= 99);
  return n[0] == '9' && issued;
}

/// IRS: the first two digits are those of a campus or the internet.
bool us_ein(const Compact& n) noexcept {
  constexpr std::string_view kNeverIssued = "00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97";
  const char prefix[] = {static_cast<char>(n[0]), static_cast<char>(n[1])};
  return kNeverIssued.find(std::string_view(prefix, 2)) == std::string_view::npos && !n.one_byte_repeated(0, 9);
}

/// 45 CFR 162.406: Luhn over 80840 and the ten digits; the prefix adds 24.
bool us_npi(const Compact& n) noexcept {
  if (n[0] != '1' && n[0] != '2') return false;
  int sum = 24;
  for (std::size_t i = 0; i < 10; ++i) {
    int value = n.digit(9 - i);
    if (i % 2 == 1 && (value *= 2) > 9) value -= 9;
    sum += value;
  }
  return sum % 10 == 0;
}

/// DEA registration: two letters, the second of which begins the registrant's name, and a check digit.
bool us_dea(const Compact& n) noexcept {
  constexpr std::string_view kTypes = "ABCDEFGHJKLMPRSTUX";
  if (kTypes.find(static_cast<char>(n[0])) == std::string_view::npos) return false;
  const int odd = n.digit(2) + n.digit(4) + n.digit(6);
  const int even = n.digit(3) + n.digit(5) + n.digit(7);
  return (odd + 2 * even) % 10 == n.digit(8);
}

/// American Bankers Association: Federal Reserve prefixes, weights 3 7 1.
bool us_aba(const Compact& n) noexcept {
  const int prefix = n.number(0, 2);
  const bool assigned = prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix == 80;
  return assigned && weighted(n, {3, 7, 1, 3, 7, 1, 3, 7, 1}) % 10 == 0 && !n.one_byte_repeated(0, 9);
}

/// Service Canada: Luhn; no series begins with 0 or 8.
bool ca_sin(const Compact& n) noexcept {
  return n[0] != '0' && n[0] != '8' && luhn(n, 0, 9) && !n.one_byte_repeated(0, 9);
}

namespace {

constexpr std::string_view kMexicanStates = "AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR "
                                            "TC TS TL VZ YN ZS NE";

bool is_two_letter_code(std::string_view codes, const Compact& n, std::size_t at) noexcept {
  for (std::size_t i = 0; i + 1 < codes.size(); i += 3)
    if (static_cast<std::uint8_t>(codes[i]) == n[at] && static_cast<std::uint8_t>(codes[i + 1]) == n[at + 1]) return true;
  return false;
}

}  // namespace

/// RENAPO: name letters, birth date, sex, state, consonants, and a check digit over all.
bool mx_curp(const Compact& n) noexcept {
  if (!is_date_of_any_century(n.number(6, 2), n.number(8, 2))) return false;
  if ((n[10] != 'H' && n[10] != 'M' && n[10] != 'X') || !is_two_letter_code(kMexicanStates, n, 11)) return false;
  // Letters count from 10 with an Ñ between N and O, which no CURP holds.
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    const int value = n.alnum(i);
    sum += (value > 23 ? value + 1 : value) * static_cast<int>(18 - i);
  }
  return (10 - sum % 10) % 10 == n.digit(17);
}

/// SAT: name letters, a date, and two homonym characters and a check character.
bool mx_rfc(const Compact& n) noexcept {
  const std::size_t letters = n.size - 9;
  if (!is_date_of_any_century(n.number(letters + 2, 2), n.number(letters + 4, 2))) return false;
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ";
  int sum = letters == 3 ? 37 * 13 : 0;  // a company's three letters are preceded by a blank
  for (std::size_t i = 0; i + 1 < n.size; ++i) {
    const std::size_t value = kAlphabet.find(static_cast<char>(n[i]));
    sum += static_cast<int>(value) * static_cast<int>(n.size - i);
  }
  const int check = (11 - sum % 11) % 11;
  return n[n.size - 1] == static_cast<std::uint8_t>(check == 10 ? 'A' : '0' + check);
}

/// Receita Federal: two check digits modulo 11; equal digits throughout are no number.
bool br_cpf(const Compact& n) noexcept {
  if (n.one_byte_repeated(0, 11)) return false;
  const int first = weighted(n, {10, 9, 8, 7, 6, 5, 4, 3, 2}) * 10 % 11 % 10;
  const int second = weighted(n, {11, 10, 9, 8, 7, 6, 5, 4, 3, 2}) * 10 % 11 % 10;
  return first == n.digit(9) && second == n.digit(10);
}

/// Receita Federal: two check digits modulo 11; since July 2026 the first twelve may be letters (value: code minus 48).
bool br_cnpj(const Compact& n) noexcept {
  if (n.one_byte_repeated(0, 14)) return false;
  const auto check = [&n](std::size_t count) {
    int sum = 0;
    int weight = 2;
    for (std::size_t i = count; i-- > 0;) {
      sum += (n[i] - '0') * weight;
      weight = weight == 9 ? 2 : weight + 1;
    }
    return sum % 11 < 2 ? 0 : 11 - sum % 11;
  };
  return n.is_digit(12) && n.is_digit(13) && check(12) == n.digit(12) && check(13) == n.digit(13);
}

/// AFIP: a kind of taxpayer, the document number, a check digit modulo 11.
bool ar_cuit(const Compact& n) noexcept {
  constexpr std::string_view kKinds = "20 23 24 27 30 33 34 50 51 55";
  if (!is_two_letter_code(kKinds, n, 0)) return false;
  const int sum = weighted(n, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2});
  const int check = (11 - sum % 11) % 11;
  return (check == 10 ? 9 : check) == n.digit(10);
}

/// SII: weights 2 to 7 from the right, K for 10.
bool cl_rut(const Compact& n) noexcept {
  int sum = 0;
  int weight = 2;
  for (std::size_t i = n.size - 1; i-- > 0;) {
    sum += n.digit(i) * weight;
    weight = weight == 7 ? 2 : weight + 1;
  }
  const int check = (11 - sum % 11) % 11;
  return n[n.size - 1] == static_cast<std::uint8_t>(check == 10 ? 'K' : '0' + check);
}

/// DIAN: primes as weights from the right, modulo 11.
bool co_nit(const Compact& n) noexcept {
  constexpr int kWeights[] = {3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71};
  int sum = 0;
  for (std::size_t i = 0; i + 1 < n.size; ++i) sum += n.digit(n.size - 2 - i) * kWeights[i];
  const int rest = sum % 11;
  return n.digit(n.size - 1) == (rest < 2 ? rest : 11 - rest);
}

/// SUNAT: a kind of taxpayer, weights 5 4 3 2 7 6 5 4 3 2 modulo 11.
bool pe_ruc(const Compact& n) noexcept {
  const int kind = n.number(0, 2);
  if (kind != 10 && kind != 15 && kind != 16 && kind != 17 && kind != 20) return false;
  return (11 - weighted(n, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11) % 10 == n.digit(10);
}

}  // namespace bulkhead::detect::identity
