#include <algorithm>
#include <array>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/boundary.hpp"
#include "detect/identity/validators.hpp"
#include "detect/labelled/values.hpp"

namespace bulkhead::detect::labelled {
namespace {

constexpr int kFirstYear = 1900;  // nobody alive was born before
constexpr int kLastYear = 2029;   // nor after: what comes later is some other date

/// A number of at most `most` digits; -1 when there is none.
int take_number(Ahead& ahead, std::size_t most, std::size_t& digits) noexcept {
  int value = 0;
  for (digits = 0; digits < most && is(ahead.byte(), kDigit); ++digits, ahead.skip()) value = value * 10 + (ahead.byte() - '0');
  return digits == 0 ? -1 : value;
}

bool is_birth_date(int year, int month, int day) noexcept {
  return year >= kFirstYear && year <= kLastYear && identity::is_date(year, month, day);
}

/// The month whose English name, or its first three letters, stands there; 0: none.
int take_month(Ahead& ahead) noexcept {
  constexpr std::string_view kMonths[] = {"january", "february", "march", "april", "may", "june", "july", "august",
                                          "september", "october", "november", "december"};
  std::array<char, 10> name{};
  std::size_t size = 0;
  for (; size < name.size() && is(ahead.byte(), kAlpha); ahead.skip()) name[size++] = static_cast<char>(lower(ahead.byte()));
  const std::string_view text(name.data(), size);
  for (std::size_t i = 0; i < std::size(kMonths); ++i)
    if (text.size() >= 3 && (text == kMonths[i] || text == kMonths[i].substr(0, 3))) return static_cast<int>(i) + 1;
  return 0;
}

/// Steps over a date: year first, day or month first, eight digits, or with the month's English name.
bool take_date(Ahead& ahead) noexcept {
  std::size_t digits = 0;
  if (is(ahead.byte(), kAlpha)) {  // July 30, 1985
    const int month = take_month(ahead);
    if (month == 0 || !ahead.take(' ')) return false;
    const int day = take_number(ahead, 2, digits);
    ahead.take(',');
    if (!ahead.take(' ')) return false;
    return is_birth_date(take_number(ahead, 4, digits), month, day) && digits == 4;
  }
  const int first = take_number(ahead, 8, digits);
  if (digits == 8) {
    if (is_birth_date(first / 10'000, first / 100 % 100, first % 100)) return true;
    return is_birth_date(first % 10'000, first / 10'000 % 100, first / 1'000'000) ||
           is_birth_date(first % 10'000, first / 1'000'000, first / 10'000 % 100);
  }
  const bool year_first = digits == 4;
  if (!year_first && (digits == 0 || digits > 2)) return false;
  const std::uint8_t separator = ahead.byte();
  if (separator != '-' && separator != '/' && separator != '.' && separator != ' ') return false;
  ahead.skip();
  if (!year_first && is(ahead.byte(), kAlpha)) {  // 30 July 1985, 30-Jul-1985
    const int month = take_month(ahead);
    if (month == 0 || !ahead.take(separator)) return false;
    return is_birth_date(take_number(ahead, 4, digits), month, first) && digits == 4;
  }
  if (separator == ' ') return false;
  const int second = take_number(ahead, 2, digits);
  if (!ahead.take(separator)) return false;
  const int third = take_number(ahead, year_first ? 2 : 4, digits);
  if (year_first) return is_birth_date(first, second, third);
  return digits == 4 && (is_birth_date(third, second, first) || is_birth_date(third, first, second));
}

}  // namespace

Judged judge_date_of_birth(const Place& place, Findings& found) noexcept {
  Ahead ahead(place.view, place.event, place.start);
  const bool date = take_date(ahead);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (!date || is(after, kDigit | kLower) || after == '_') return Judged::decided;
  add_named(place, {kDateOfBirth, ahead.at(), 0, Confidence::medium}, found);
  return Judged::decided;
}

/// Nine characters that are no vowel and none that is taken for another (PAuswV), and the check digit of ICAO Doc 9303-3 behind them
/// where it is written too.
Judged judge_de_identity_card(const Place& place, Findings& found) noexcept {
  constexpr std::string_view kLetters = "CFGHJKLMNPRTVWXYZ";
  constexpr std::size_t kSerial = 9;
  Ahead ahead(place.view, place.event, place.start);
  identity::Compact serial;
  while (serial.size <= kSerial) {
    const std::uint8_t b = ahead.byte();
    if (!is(b, kDigit) && kLetters.find(static_cast<char>(b)) == std::string_view::npos) break;
    serial.bytes[serial.size++] = b;
    ahead.skip();
  }
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (serial.size < kSerial || is(after, kAlnum) || after == '_' || serial.is_digit(0)) return Judged::decided;
  const bool checked = serial.size == kSerial + 1;
  if (checked && (!serial.is_digit(kSerial) || !identity::icao_check(serial))) return Judged::decided;
  add_named(place, {kDeIdentityCard, ahead.at(), 2, checked ? Confidence::high : Confidence::medium}, found);
  return Judged::decided;
}

/// A Chilean RUT without its hyphen; identity/ has those with one.
Judged judge_bare_rut(const Place& place, Findings& found) noexcept {
  constexpr std::size_t kLeast = 8, kMost = 9;
  Ahead ahead(place.view, place.event, place.start);
  identity::Compact number;
  while (number.size <= kMost && (is(ahead.byte(), kDigit) || lower(ahead.byte()) == 'k')) {
    const bool check = lower(ahead.byte()) == 'k';
    number.bytes[number.size++] = check ? std::uint8_t{'K'} : ahead.byte();
    ahead.skip();
    if (check) break;
  }
  if (ahead.pending()) return Judged::pending;
  const Ending ending = number_ends(place.view, ahead.at());
  if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
  if (number.size < kLeast || number.size > kMost || number[0] == '0' || number.one_byte_repeated(0, number.size))
    return Judged::decided;
  if (!identity::cl_rut(number)) return Judged::decided;
  add_named(place, {kClRut, ahead.at(), 2, Confidence::medium}, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::labelled
