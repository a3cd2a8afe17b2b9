#include <string_view>

#include "detect/identity/validators.hpp"

namespace bulkhead::detect::identity {

/// Skatteverket: birth date (day plus 60 for coordination numbers) and Luhn over the last ten digits.
bool se_personal(const Compact& n) noexcept {
  const std::size_t from = n.size - 10;
  if (from == 2 && (n.number(0, 2) < 18 || n.number(0, 2) > 20)) return false;
  const int day = n.number(from + 4, 2);
  return is_date_of_any_century(n.number(from + 2, 2), day > 60 ? day - 60 : day) && luhn(n, from, 10);
}

/// Skatteetaten: birth date (day plus 40 for D numbers) and two check digits modulo 11.
bool no_birth_number(const Compact& n) noexcept {
  int day = n.number(0, 2);
  if (day > 40) day -= 40;
  int month = n.number(2, 2);
  if (month > 40) month -= 40;
  if (!is_date_of_any_century(month, day)) return false;
  return weighted(n, {3, 7, 6, 1, 8, 9, 4, 5, 2, 1}) % 11 == 0 &&
         weighted(n, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

/// DVV: birth date, a sign for the century, serial, the letter of the nine digits modulo 31.
bool fi_hetu(const Compact& n) noexcept {
  const std::size_t serial = n.size == 11 ? 7 : 6;  // a letter for the century counts, a sign does not
  if (!is_date_of_any_century(n.number(2, 2), n.number(0, 2))) return false;
  const int value = n.number(0, 6) * 1000 + n.number(serial, 3);
  return static_cast<std::uint8_t>("0123456789ABCDEFHJKLMNPRSTUVWXY"[value % 31]) == n[serial + 3];
}

/// CPR-kontoret: birth date; the check digit has not held for all numbers since 2007.
bool dk_cpr(const Compact& n) noexcept { return is_date_of_any_century(n.number(2, 2), n.number(0, 2)); }

/// Ministry of Digital Affairs: weights 1 3 7 9, birth date whose month tells the century.
bool pl_pesel(const Compact& n) noexcept {
  const int month = n.number(2, 2) % 20;
  if (!is_date_of_any_century(month, n.number(4, 2))) return false;
  return weighted(n, {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1}) % 10 == 0;
}

/// Krajowa Administracja Skarbowa: weights 6 5 7 2 3 4 5 6 7 modulo 11.
bool pl_nip(const Compact& n) noexcept {
  return weighted(n, {6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 == n.digit(9) && !n.one_byte_repeated(0, 10);
}

/// Act 133/2000: birth date (month plus 20, 50 or 70), ten digits divisible by 11, or nine before 1954.
bool cz_birth_number(const Compact& n) noexcept {
  int month = n.number(2, 2) % 50;
  if (month > 20) month -= 20;
  if (!is_date_of_any_century(month, n.number(4, 2))) return false;
  if (n.size == 9) return n.number(0, 2) < 54;
  const int check = static_cast<int>(n.long_number(0, 9) % 11 % 10);
  return check == n.digit(9);
}

/// Law 105/1996: sex and century, birth date, county, serial, weights 2 7 9 1 4 6 3 5 8 2 7 9.
bool ro_cnp(const Compact& n) noexcept {
  if (n[0] == '0' || !is_date_of_any_century(n.number(3, 2), n.number(5, 2))) return false;
  if (n.number(7, 2) == 0) return false;
  const int rest = weighted(n, {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}) % 11;
  return (rest == 10 ? 1 : rest) == n.digit(12);
}

/// GRAO: birth date (month plus 20 or 40), weights 2 4 8 5 10 9 7 3 6 modulo 11.
bool bg_egn(const Compact& n) noexcept {
  int month = n.number(2, 2);
  month -= month > 40 ? 40 : month > 20 ? 20 : 0;
  if (!is_date_of_any_century(month, n.number(4, 2))) return false;
  return weighted(n, {2, 4, 8, 5, 10, 9, 7, 3, 6}) % 11 % 10 == n.digit(9);
}

/// Porezna uprava: ISO/IEC 7064 MOD 11,10.
bool hr_oib(const Compact& n) noexcept {
  int product = 10;
  for (std::size_t i = 0; i < 10; ++i) {
    int sum = (product + n.digit(i)) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return (11 - product) % 10 == n.digit(10) && !n.one_byte_repeated(0, 11);
}

/// NAV: 8, days since 1867, serial, weights 1 to 9 modulo 11.
bool hu_tax_id(const Compact& n) noexcept {
  return n[0] == '8' && weighted(n, {1, 2, 3, 4, 5, 6, 7, 8, 9}) % 11 == n.digit(9);
}

/// Estonia and Lithuania: sex and century, birth date, serial, two rounds of weights modulo 11.
bool baltic_personal(const Compact& n) noexcept {
  if (n[0] == '0' || n[0] == '9' || !is_date_of_any_century(n.number(3, 2), n.number(5, 2))) return false;
  int check = weighted(n, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1}) % 11;
  if (check == 10) check = weighted(n, {3, 4, 5, 6, 7, 8, 9, 1, 2, 3}) % 11 % 10;
  return check == n.digit(10);
}

/// PMLP: birth date, century, serial, 1101 minus weights, modulo 11 and 10; numbers that begin with 32 have no date.
bool lv_personal(const Compact& n) noexcept {
  if (n.number(0, 2) == 32) return true;
  if (!is_date_of_any_century(n.number(2, 2), n.number(0, 2)) || n.digit(6) > 2) return false;
  return (1101 - weighted(n, {1, 6, 3, 7, 9, 10, 5, 8, 4, 2})) % 11 % 10 == n.digit(10);
}

/// The unique master citizen number of the former Yugoslavia (EMŠO, JMBG): birth date, region, weights 7 to 2 twice.
bool yu_jmbg(const Compact& n) noexcept {
  if (!is_date_of_any_century(n.number(2, 2), n.number(0, 2)) || (n[4] != '9' && n[4] != '0')) return false;
  return (11 - weighted(n, {7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11) % 11 % 10 == n.digit(12);
}

/// Nüfus İdaresi: two check digits over sums of odd and even places.
bool tr_tckn(const Compact& n) noexcept {
  if (n[0] == '0') return false;
  const int odd = n.digit(0) + n.digit(2) + n.digit(4) + n.digit(6) + n.digit(8);
  const int even = n.digit(1) + n.digit(3) + n.digit(5) + n.digit(7);
  const int tenth = ((7 * odd - even) % 10 + 10) % 10;
  return tenth == n.digit(9) && (odd + even + n.digit(9)) % 10 == n.digit(10);
}

}  // namespace bulkhead::detect::identity
