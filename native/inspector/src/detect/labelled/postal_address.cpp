#include <algorithm>
#include <array>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/labelled/values.hpp"

namespace bulkhead::detect::labelled {
namespace {

constexpr std::size_t kMostBytes = 80;
constexpr std::size_t kLongestWord = 24;

// Lower case; what streets are called, alone or as the end of a name.
constexpr std::string_view kWords[] = {
    "street", "st", "avenue", "ave", "road", "rd", "boulevard", "blvd", "lane", "ln", "drive", "dr", "court", "ct",
    "place", "pl", "square", "sq", "terrace", "parkway", "pkwy", "highway", "hwy", "close", "crescent", "way", "rue",
    "chemin", "impasse", "allee", "via", "viale", "piazza", "corso", "calle", "avenida", "carrera", "paseo", "plaza",
    "rua", "travessa", "ulica", "weg", "platz", "gasse", "ring", "strasse", "str",
};
constexpr std::string_view kEndings[] = {"strasse", "stra\xc3\x9f" "e", "str", "gasse", "platz", "weg", "allee", "ring", "ufer",
                                         "damm", "straat", "laan", "plein", "gracht", "gatan", "gata", "vej", "gade", "veien"};

bool in_value(std::uint8_t b) noexcept {
  return b >= ' ' && b != '"' && b != '\'' && b != '<' && b != '>' && b != '&' && b != '|' && b != '\\' && b != '{' && b != '[' &&
         b != '=' && b != '@' && b != '/';
}

bool names_street(std::string_view word) noexcept {
  if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return true;
  return std::any_of(std::begin(kEndings), std::end(kEndings), [word](std::string_view ending) {
    return word.size() >= ending.size() + 3 && word.ends_with(ending);
  });
}

}  // namespace

/// No norm has the form of an address: a value of a field so named that holds a word for a street and a number of at most
/// five digits.
Judged judge_postal_address(const Place& place, Findings& found) noexcept {
  Ahead ahead(place.view, place.event, place.start);
  std::array<char, kLongestWord> word{};
  std::size_t size = 0, digits = 0;
  bool street = false, number = false;
  const auto end_word = [&] {
    street = street || (size > 0 && size <= kLongestWord && names_street({word.data(), size}));
    number = number || (digits > 0 && digits <= 5);
    size = digits = 0;
  };
  for (std::size_t i = 0; i < kMostBytes && !ahead.pending() && in_value(ahead.byte()); ++i, ahead.skip()) {
    const std::uint8_t b = ahead.byte();
    if (is(b, kDigit)) {
      ++digits;
    } else if (is(b, kAlpha) || b > 0x7f) {
      if (size < kLongestWord) word[size] = static_cast<char>(lower(b));
      ++size;
    } else {
      end_word();
    }
  }
  if (ahead.pending()) return Judged::pending;
  end_word();
  const std::uint8_t* end = ahead.at();
  while (end > place.start && (end[-1] == ' ' || end[-1] == ',')) --end;
  if (street && number) add_named(place, {kPostalAddress, end, 0, Confidence::medium}, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::labelled
