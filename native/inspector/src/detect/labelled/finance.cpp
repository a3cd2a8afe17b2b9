#include <algorithm>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/labelled/values.hpp"

namespace bulkhead::detect::labelled {
namespace {

// ISO 3166-1, and XK for Kosovo, which banks have too.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC "
    "CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD "
    "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH "
    "KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW "
    "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC "
    "SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY "
    "UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

bool is_country(const std::uint8_t* at) noexcept {
  for (std::size_t i = 0; i + 1 < kCountries.size(); i += 3)
    if (kCountries[i] == static_cast<char>(at[0]) && kCountries[i + 1] == static_cast<char>(at[1])) return true;
  return false;
}

/// Capital letters and digits from the start on, one more than `most` at most.
std::size_t take_code(Ahead& ahead, std::size_t most) noexcept { return ahead.run(kUpper | kDigit, most + 1); }

bool ends(std::uint8_t after) noexcept { return !is(after, kAlnum) && after != '_'; }

}  // namespace

/// ISO 9362: four letters of the institution, its country, two of its location, and three of a branch or none.
Judged judge_bic(const Place& place, Findings& found) noexcept {
  constexpr std::size_t kShort = 8, kLong = 11;
  Ahead ahead(place.view, place.event, place.start);
  const std::size_t size = take_code(ahead, kLong);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if ((size != kShort && size != kLong) || !ends(after)) return Judged::decided;
  if (!std::all_of(place.start, place.start + 4, [](std::uint8_t b) { return is(b, kUpper); })) return Judged::decided;
  if (!is_country(place.start + 4)) return Judged::decided;
  add_named(place, {kBic, ahead.at(), 2, Confidence::medium}, found);
  return Judged::decided;
}

/// CUSIP Global Services: every second character counts twice, sums of digits, modulo 10. The marks *, @ and # occur in numbers of
/// internal use alone.
Judged judge_cusip(const Place& place, Findings& found) noexcept {
  constexpr std::size_t kSize = 9;
  Ahead ahead(place.view, place.event, place.start);
  const std::size_t size = take_code(ahead, kSize);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (size != kSize || !ends(after) || !is(place.start[kSize - 1], kDigit)) return Judged::decided;
  int sum = 0;
  for (std::size_t i = 0; i + 1 < kSize; ++i) {
    const std::uint8_t b = place.start[i];
    const int value = (is(b, kDigit) ? b - '0' : b - 'A' + 10) * (i % 2 == 0 ? 1 : 2);
    sum += value / 10 + value % 10;
  }
  if ((10 - sum % 10) % 10 != place.start[kSize - 1] - '0') return Judged::decided;
  add_named(place, {kCusip, ahead.at(), 4, Confidence::medium}, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::labelled
