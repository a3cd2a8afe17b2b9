#include <string_view>

#include "detect/identity/validators.hpp"

namespace bulkhead::detect::identity {
namespace {

/// Tables of the dihedral group of order ten (Verhoeff 1969).
constexpr std::uint8_t kProduct[10][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
    {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
constexpr std::uint8_t kPermutation[8][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
    {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
    {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};

/// The letters of Taiwan's counties and of Hong Kong as numbers.
int taiwan_letter(std::uint8_t letter) noexcept {
  constexpr std::string_view kOrder = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
  return static_cast<int>(kOrder.find(static_cast<char>(letter))) + 10;
}

}  // namespace

/// Population Authority: Luhn over nine digits.
bool il_id(const Compact& n) noexcept { return luhn(n, 0, 9) && !n.one_byte_repeated(0, 9); }

/// Department of Home Affairs: birth date, citizenship, Luhn.
bool za_id(const Compact& n) noexcept {
  return is_date_of_any_century(n.number(2, 2), n.number(4, 2)) && n.digit(10) <= 2 && luhn(n, 0, 13);
}

/// ATO: weights 1 4 3 7 5 8 6 9 10 modulo 11; older numbers have eight digits.
bool au_tfn(const Compact& n) noexcept {
  if (n.size == 8) return weighted(n, {1, 4, 3, 7, 5, 8, 6, 9}) % 11 == 0;
  return weighted(n, {1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 == 0 && !n.one_byte_repeated(0, 9);
}

/// Services Australia: first digit 2 to 6, weights 1 3 7 9 modulo 10, then the card's issue number.
bool au_medicare(const Compact& n) noexcept {
  return n[0] >= '2' && n[0] <= '6' && n[9] != '0' && weighted(n, {1, 3, 7, 9, 1, 3, 7, 9}) % 10 == n.digit(8);
}

/// ABR: one off the first digit, weights 10 1 3 … 19 modulo 89.
bool au_abn(const Compact& n) noexcept {
  return n[0] != '0' && (weighted(n, {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}) - 10) % 89 == 0;
}

/// ASIC: weights 8 to 1, the last digit their complement to ten.
bool au_acn(const Compact& n) noexcept {
  return (10 - weighted(n, {8, 7, 6, 5, 4, 3, 2, 1}) % 10) % 10 == n.digit(8) && !n.one_byte_repeated(0, 9);
}

/// Inland Revenue: two rounds of weights modulo 11.
bool nz_ird(const Compact& n) noexcept {
  const int value = n.number(0, n.size);
  if (value < 10'000'000 || value > 150'000'000) return false;
  int digits[9] = {};
  for (std::size_t i = 0; i < n.size; ++i) digits[i + 9 - n.size] = n.digit(i);
  const auto check = [&digits](const int (&weights)[8]) {
    int sum = 0;
    for (std::size_t i = 0; i < 8; ++i) sum += weights[i] * digits[i];
    return sum % 11 == 0 ? 0 : 11 - sum % 11;
  };
  int expected = check({3, 2, 7, 6, 5, 4, 3, 2});
  if (expected == 10) expected = check({7, 4, 3, 2, 5, 2, 7, 6});
  return expected == digits[8];
}

/// UIDAI: first digit 2 to 9, no palindrome, Verhoeff.
bool in_aadhaar(const Compact& n) noexcept {
  if (n[0] < '2' || n.one_byte_repeated(0, 12)) return false;
  int check = 0;
  for (std::size_t i = 0; i < 12; ++i) check = kProduct[check][kPermutation[i % 8][n.digit(11 - i)]];
  if (check != 0) return false;
  for (std::size_t i = 0; i < 6; ++i)
    if (n[i] != n[11 - i]) return true;
  return false;
}

/// Income Tax Department: the fourth letter tells the kind of holder.
bool in_pan(const Compact& n) noexcept {
  constexpr std::string_view kHolders = "ABCEFGHJKLPT";
  return kHolders.find(static_cast<char>(n[3])) != std::string_view::npos && n.number(5, 4) != 0;
}

/// GSTN: state, a PAN, entity, Z, and a check character over base 36.
bool in_gstin(const Compact& n) noexcept {
  const int state = n.number(0, 2);
  if (state < 1 || (state > 38 && state != 97 && state != 99) || n[12] == '0') return false;
  int sum = 0;
  for (std::size_t i = 0; i < 14; ++i) {
    const int product = n.alnum(i) * (i % 2 == 0 ? 1 : 2);
    sum += product / 36 + product % 36;
  }
  return (36 - sum % 36) % 36 == n.alnum(14);
}

/// Election Commission: three letters of the constituency, six digits, Luhn.
bool in_voter_id(const Compact& n) noexcept { return luhn(n, 3, 7) && n.number(3, 6) != 0; }

/// J-LIS: weights 6 5 4 3 2 7 6 5 4 3 2 modulo 11.
bool jp_my_number(const Compact& n) noexcept {
  const int rest = weighted(n, {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest <= 1 ? 0 : 11 - rest) == n.digit(11) && !n.one_byte_repeated(0, 12);
}

/// Resident registration: birth date and sex; the check digit is random on numbers given since October 2020.
bool kr_rrn(const Compact& n) noexcept { return is_date_of_any_century(n.number(2, 2), n.number(4, 2)); }

/// GB 11643-1999: region, birth date, serial, ISO/IEC 7064 MOD 11-2.
bool cn_resident(const Compact& n) noexcept {
  const int province = n.number(0, 2);
  const bool known = (province >= 11 && province <= 15) || (province >= 21 && province <= 23) ||
                     (province >= 31 && province <= 37) || (province >= 41 && province <= 46) ||
                     (province >= 50 && province <= 54) || (province >= 61 && province <= 65) || province == 71 ||
                     province == 81 || province == 82 || province == 83;
  const int year = n.number(6, 4);
  if (!known || year < 1900 || year > 2099 || !is_date(year, n.number(10, 2), n.number(12, 2))) return false;
  const int rest = weighted(n, {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}) % 11;
  return n[17] == static_cast<std::uint8_t>("10X98765432"[rest]);
}

/// Ministry of the Interior: a county's letter, sex, weights 1 9 8 … 1.
bool tw_id(const Compact& n) noexcept {
  if (n[1] != '1' && n[1] != '2' && n[1] != '8' && n[1] != '9') return false;
  const int letter = taiwan_letter(n[0]);
  return (letter / 10 + letter % 10 * 9 + weighted(n, {8, 7, 6, 5, 4, 3, 2, 1, 1}, 1)) % 10 == 0;
}

/// Immigration Department: one or two letters, six digits, a check digit modulo 11 (A for 10).
bool hk_id(const Compact& n) noexcept {
  const std::size_t letters = n.size - 7;
  const int first = letters == 2 ? n.alnum(0) : 36;  // a blank
  int sum = first * 9 + n.alnum(letters - 1) * 8;
  for (std::size_t i = 0; i < 6; ++i) sum += n.digit(letters + i) * static_cast<int>(7 - i);
  const int check = (11 - sum % 11) % 11;
  return n[n.size - 1] == static_cast<std::uint8_t>(check == 10 ? 'A' : '0' + check);
}

/// ICA: a letter for the series, weights 2 7 6 5 4 3 2, the letter of the rest modulo 11.
bool sg_nric(const Compact& n) noexcept {
  int sum = weighted(n, {2, 7, 6, 5, 4, 3, 2}, 1);
  if (n[0] == 'T' || n[0] == 'G') sum += 4;
  if (n[0] == 'M') sum += 3;
  const auto rest = static_cast<std::size_t>(sum % 11);
  if (n[0] == 'S' || n[0] == 'T') return n[8] == static_cast<std::uint8_t>("JZIHGFEDCBA"[rest]);
  if (n[0] == 'F' || n[0] == 'G') return n[8] == static_cast<std::uint8_t>("XWUTRQPNMLK"[rest]);
  return n[0] == 'M' && n[8] == static_cast<std::uint8_t>("XWUTRQPNJLK"[rest]);
}

/// Department of Provincial Administration: weights 13 to 2 modulo 11.
bool th_id(const Compact& n) noexcept {
  if (n[0] == '0' || n[0] == '9') return false;
  return (11 - weighted(n, {13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 10 == n.digit(12);
}

/// JPN: birth date and place; the last digits are a serial without check.
bool my_nric(const Compact& n) noexcept {
  const int place = n.number(6, 2);
  const bool known = place != 0 && !(place >= 17 && place <= 20) && place != 69 && place != 70 && place != 73 &&
                     place != 80 && place != 81 && place != 94 && place != 95 && place != 96 && place != 97;
  return known && is_date_of_any_century(n.number(2, 2), n.number(4, 2));
}

/// Dukcapil: province, regency, district, birth date (day plus 40 for women), serial.
bool id_nik(const Compact& n) noexcept {
  const int province = n.number(0, 2);
  const int day = n.number(6, 2);
  return province >= 11 && province <= 96 && n.number(12, 4) != 0 &&
         is_date_of_any_century(n.number(8, 2), day > 40 ? day - 40 : day);
}

/// NADRA: province 1 to 7, the last digit tells the sex, no check digit.
bool pk_cnic(const Compact& n) noexcept {
  return n[0] >= '1' && n[0] <= '7' && n[12] != '0' && !n.one_byte_repeated(0, 13);
}

/// Circular 07/2016/TT-BCA: province or country of birth, a digit for century and sex, two of the year.
bool vn_citizen_id(const Compact& n) noexcept {
  const int province = n.number(0, 3);
  return province >= 1 && province <= 96 && n.digit(3) <= 3 && n.number(6, 6) != 0;
}

/// 3GPP TS 23.003 annex B: Luhn over fifteen digits; the reporting body's two digits are in use.
bool imei(const Compact& n) noexcept {
  const int body = n.number(0, 2);
  const bool known = body == 1 || body == 35 || body == 86 || body == 91 || body == 98 || body == 99 || body == 52 ||
                     body == 53 || body == 54 || body == 45 || body == 49 || body == 33 || body == 44 || body == 50 ||
                     body == 51 || body == 30 || body == 10;
  return known && luhn(n, 0, 15);
}

/// ISO 6166: a country, nine characters, Luhn over letters written as two digits.
bool isin(const Compact& n) noexcept {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = n.size; i-- > 0;) {
    const int value = n.alnum(i);
    const int digits[] = {value % 10, value / 10};
    for (std::size_t d = 0; d < (value > 9 ? 2U : 1U); ++d) {
      const int product = digits[d] * (twice ? 2 : 1);
      sum += product / 10 + product % 10;
      twice = !twice;
    }
  }
  return sum % 10 == 0;
}

/// ISO 17442-1: ISO/IEC 7064 MOD 97-10 over letters as two digits.
bool lei(const Compact& n) noexcept {
  int rest = 0;
  for (std::size_t i = 0; i < n.size; ++i) rest = (rest * (n.is_digit(i) ? 10 : 100) + n.alnum(i)) % 97;
  return rest == 1 && !n.one_byte_repeated(0, 18);
}

/// ISO 3779 and 49 CFR 565: no I, O or Q, a check character in the ninth place.
bool vin(const Compact& n) noexcept {
  constexpr std::string_view kValues = "12345678.12345.7.923456789";
  constexpr int kWeights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    int value = 0;
    if (n.is_digit(i)) {
      value = n.digit(i);
    } else {
      const char c = kValues[static_cast<std::size_t>(n[i] - 'A')];
      if (c == '.') return false;
      value = c - '0';
    }
    sum += value * kWeights[i];
  }
  const int check = sum % 11;
  return n[8] == static_cast<std::uint8_t>(check == 10 ? 'X' : '0' + check);
}

}  // namespace bulkhead::detect::identity
