#include <string_view>

#include "detect/identity/validators.hpp"

namespace bulkhead::detect::identity {
namespace {

bool in(std::string_view set, std::uint8_t byte) noexcept {
  return set.find(static_cast<char>(byte)) != std::string_view::npos;
}

/// ISO/IEC 7064 MOD 11,10 over all digits, the last being the check digit.
bool mod_11_10(const Compact& n, std::size_t count) noexcept {
  int product = 10;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    int sum = (product + n.digit(i)) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return (11 - product) % 10 == n.digit(count - 1);
}

/// The pattern of the German health insurances: letter as two digits, factors 1 2 1 2 …, cross sums.
int cross_sum_1_2(int value, bool twice) noexcept {
  value *= twice ? 2 : 1;
  return value / 10 + value % 10;
}

}  // namespace

bool any(const Compact&) noexcept { return true; }

/// HMRC, NIM39110: prefixes that are not used.
bool gb_nino(const Compact& n) noexcept {
  if (in("DFIQUV", n[0]) || in("DFIOQUV", n[1])) return false;
  constexpr std::string_view kNever[] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
  for (const std::string_view prefix : kNever)
    if (n[0] == static_cast<std::uint8_t>(prefix[0]) && n[1] == static_cast<std::uint8_t>(prefix[1])) return false;
  return n[8] >= 'A' && n[8] <= 'D';
}

/// NHS Data Dictionary: weights 10 to 2 modulo 11; a check of 10 is not issued.
bool gb_nhs(const Compact& n) noexcept {
  const int check = (11 - weighted(n, {10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 11;
  return check == n.digit(9) && !n.one_byte_repeated(0, 10);
}

/// HMRC: the first digit checks the other nine, modulo 11.
bool gb_utr(const Compact& n) noexcept {
  constexpr std::string_view kCheck = "21987654321";
  return static_cast<std::uint8_t>(kCheck[static_cast<std::size_t>(weighted(n, {6, 7, 8, 9, 10, 5, 4, 3, 2}, 1) % 11)]) ==
         n[0];
}

/// DVLA: five letters of the name padded with 9, the birth date (month plus 50 for women), initials.
bool gb_driving_licence(const Compact& n) noexcept {
  const int month = n.number(6, 2) % 50;
  return is_date_of_any_century(month, n.number(8, 2)) && (n[0] != '9');
}

/// Revenue: weights 8 to 2 modulo 23; a second letter counts nine times, but for the older T, W and X.
bool ie_pps(const Compact& n) noexcept {
  int sum = weighted(n, {8, 7, 6, 5, 4, 3, 2});
  if (n.size == 9 && !in("TWX", n[8])) sum += (n[8] - 'A' + 1) * 9;
  return static_cast<std::uint8_t>("WABCDEFGHIJKLMNOPQRSTUV"[sum % 23]) == n[7];
}

/// BZSt: no leading zero, among the first ten one digit twice or thrice and the others once at most, MOD 11,10.
bool de_tax_id(const Compact& n) noexcept {
  if (n[0] == '0') return false;
  int counts[10] = {};
  for (std::size_t i = 0; i < 10; ++i) ++counts[n.digit(i)];
  int repeated = 0;
  for (const int count : counts) {
    if (count > 3) return false;
    repeated += count > 1 ? 1 : 0;
  }
  return repeated == 1 && mod_11_10(n, 11);
}

/// Deutsche Rentenversicherung: area, birth date, initial, serial, check digit; factors 2 1 2 5 7 1 2 1 2 1 2 1.
bool de_pension(const Compact& n) noexcept {
  if (!is_date_of_any_century(n.number(4, 2), n.number(2, 2))) return false;
  constexpr int kFactors[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
  const int letter = n[8] - 'A' + 1;
  const int digits[] = {n.digit(0), n.digit(1), n.digit(2), n.digit(3), n.digit(4), n.digit(5),
                        n.digit(6), n.digit(7), letter / 10, letter % 10, n.digit(9), n.digit(10)};
  int sum = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    const int product = digits[i] * kFactors[i];
    sum += product / 10 + product % 10;
  }
  return sum % 10 == n.digit(11);
}

/// GKV: a letter and nine digits, the last a check digit by factors 1 and 2.
bool de_health(const Compact& n) noexcept {
  const int letter = n[0] - 'A' + 1;
  int sum = cross_sum_1_2(letter / 10, false) + cross_sum_1_2(letter % 10, true);
  for (std::size_t i = 1; i < 9; ++i) sum += cross_sum_1_2(n.digit(i), i % 2 == 0);
  return sum % 10 == n.digit(9);
}

/// ICAO Doc 9303-3 §4.9: weights 7 3 1, the last digit being the check digit; letters count from 10.
bool icao_check(const Compact& n) noexcept {
  constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i + 1 < n.size; ++i) sum += n.alnum(i) * kWeights[i % 3];
  return sum % 10 == n.digit(n.size - 1);
}

/// Hauptverband: serial and check digit before the birth date; a check of 10 is not issued.
bool at_svnr(const Compact& n) noexcept {
  if (n[0] == '0' || n.number(6, 2) < 1 || n.number(6, 2) > 15 || n.number(4, 2) < 1 || n.number(4, 2) > 31) return false;
  return (weighted(n, {3, 7, 9}) + weighted(n, {5, 8, 4, 2, 1, 6}, 4)) % 11 == n.digit(3);
}

/// ZAS: 756 and an EAN-13 check digit.
bool ch_ahv(const Compact& n) noexcept {
  const int sum = weighted(n, {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3});
  return n[0] == '7' && n[1] == '5' && n[2] == '6' && (10 - sum % 10) % 10 == n.digit(12);
}

/// INSEE: sex, year, month, department, commune, serial, key 97 - n mod 97; Corsica's 2A and 2B count as 19 and 18.
bool fr_nir(const Compact& n) noexcept {
  if (n[0] != '1' && n[0] != '2' && n[0] != '3' && n[0] != '4' && n[0] != '7' && n[0] != '8') return false;
  const int month = n.number(3, 2);
  const bool known = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
  if (!known) return false;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 13; ++i) {
    int digit = n.is_digit(i) ? n.digit(i) : -1;
    if (i == 6 && digit < 0) {
      if (n[5] != '2' || (n[6] != 'A' && n[6] != 'B')) return false;
      value -= 1;
      digit = n[6] == 'A' ? 9 : 8;
    }
    if (digit < 0) return false;
    value = value * 10 + digit;
  }
  return 97 - value % 97 == n.number(13, 2);
}

/// Ministerio del Interior: the letter of the number modulo 23; X, Y and Z in front count as 0, 1 and 2.
bool es_dni(const Compact& n) noexcept {
  int value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value * 10 + (n.is_digit(i) ? n.digit(i) : n[i] - 'X');
  return static_cast<std::uint8_t>("TRWAGMYFPDXBNJZSQVHLCKE"[value % 23]) == n[8];
}

/// DM 23 December 1976: name letters, birth date with the month as a letter, town, check letter; omocodia letters
/// stand for digits.
bool it_fiscal_code(const Compact& n) noexcept {
  constexpr std::string_view kOmocodia = "LMNPQRSTUV";
  constexpr std::string_view kMonths = "ABCDEHLMPRST";
  for (const std::size_t i : {6U, 7U, 9U, 10U, 12U, 13U, 14U})
    if (!n.is_digit(i) && !in(kOmocodia, n[i])) return false;
  const std::size_t month = kMonths.find(static_cast<char>(n[8]));
  if (month == std::string_view::npos) return false;
  const auto read = [&n, kOmocodia](std::size_t i) {
    return n.is_digit(i) ? n.digit(i) : static_cast<int>(kOmocodia.find(static_cast<char>(n[i])));
  };
  const int day = (read(9) * 10 + read(10)) % 40;
  if (!is_date_of_any_century(static_cast<int>(month) + 1, day)) return false;
  constexpr int kOdd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    const int value = n.is_digit(i) ? n.digit(i) : n[i] - 'A';
    sum += i % 2 == 0 ? kOdd[value] : value;
  }
  return n[15] == static_cast<std::uint8_t>('A' + sum % 26);
}

/// Agenzia delle Entrate: a Luhn-like check, and the number of an office.
bool it_vat(const Compact& n) noexcept {
  const int office = n.number(7, 3);
  const bool known = (office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999;
  return known && n.number(0, 7) != 0 && luhn(n, 0, 11);
}

/// Autoridade Tributária: weights 9 to 2 modulo 11.
bool pt_nif(const Compact& n) noexcept {
  if (n[0] == '0') return false;
  return (11 - weighted(n, {9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 11 % 10 == n.digit(8);
}

/// Rijksdienst: weights 9 to 2 and -1, divisible by 11.
bool nl_bsn(const Compact& n) noexcept {
  return weighted(n, {9, 8, 7, 6, 5, 4, 3, 2, -1}) % 11 == 0 && !n.one_byte_repeated(0, 9);
}

/// Rijksregister: birth date, serial, 97 minus the rest; from 2000 on with a 2 in front.
bool be_national(const Compact& n) noexcept {
  const int month = n.number(2, 2) % 20;  // 20 and 40 are added where the number is a bis number
  if (month > 12 || n.number(2, 2) >= 60 || n.number(4, 2) > 31) return false;
  const std::int64_t value = n.long_number(0, 9);
  const int check = n.number(9, 2);
  return 97 - value % 97 == check || 97 - (value + 2'000'000'000) % 97 == check;
}

/// IDIKA: birth date and Luhn.
bool gr_amka(const Compact& n) noexcept {
  return is_date_of_any_century(n.number(2, 2), n.number(0, 2)) && luhn(n, 0, 11);
}

}  // namespace bulkhead::detect::identity
