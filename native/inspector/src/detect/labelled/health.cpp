#include "detect/ahead.hpp"
#include "detect/labelled/values.hpp"

namespace bulkhead::detect::labelled {

/// WHO ICD-10, and the national editions with up to seven characters: a letter but U, a digit, a digit or A or B, and up to four
/// more behind a point.
Judged judge_icd10(const Place& place, Findings& found) noexcept {
  Ahead ahead(place.view, place.event, place.start);
  const std::uint8_t letter = ahead.byte();
  if (!is(letter, kUpper) || letter == 'U') return ahead.pending() ? Judged::pending : Judged::decided;
  ahead.skip();
  bool fits = is(ahead.byte(), kDigit);
  ahead.skip();
  const std::uint8_t third = ahead.byte();
  fits = fits && (is(third, kDigit) || third == 'A' || third == 'B');
  if (fits) ahead.skip();
  const std::uint8_t* end = ahead.at();
  if (fits && ahead.take('.')) {
    const std::size_t more = ahead.run(kUpper | kDigit, 5);
    if (more > 4) fits = false;
    if (more > 0) end = ahead.at();  // else the point ends a sentence
  }
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (!fits || is(after, kAlnum) || after == '_' || after == '-') return Judged::decided;
  add_named(place, {kIcd10Code, end, 0, Confidence::medium}, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::labelled
