#include <algorithm>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/boundary.hpp"
#include "detect/iban_countries.hpp"
#include "detect/judges.hpp"

namespace bulkhead::detect {
namespace {

constexpr int kChecked = 40;      // length and mod 97 hold
constexpr int kDigitsOnly = 20;   // and it has no letter where its country has none
constexpr int kGrouped = 25;      // printed in fours
constexpr int kNamed = 30;        // by its key or a word nearby
constexpr int kKeyIsOther = -10;

/// ISO/IEC 7064 MOD 97-10 of the account part followed by country and check digits; letters count from 10.
bool check_digits_valid(const std::uint8_t* iban, std::size_t length) noexcept {
  unsigned remainder = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const std::uint8_t byte = iban[(i + 4) % length];
    remainder = is(byte, kDigit) ? remainder * 10 + (byte - unsigned{'0'})
                                 : remainder * 100 + (byte - unsigned{'A'} + 10);
    remainder %= 97;
  }
  return remainder == 1;
}

bool is_published_example(const std::uint8_t* iban, std::size_t length) noexcept {
  constexpr std::string_view kExamples[] = {"GB82WEST12345698765432", "DE89370400440532013000",
                                            "FR1420041010050500013M02606", "NL91ABNA0417164300",
                                            "GB29NWBK60161331926819", "ES9121000418450200051332"};
  const std::string_view text(reinterpret_cast<const char*>(iban), length);
  return std::find(std::begin(kExamples), std::end(kExamples), text) != std::end(kExamples);
}

}  // namespace

Judged judge_iban(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const start = event - 2;
  if (!is(start[0], kUpper) || !is(start[1], kUpper) || !starts_clean(start)) return Judged::decided;
  const IbanCountry country = iban_country(start);
  if (country.length == 0) return Judged::decided;

  std::uint8_t iban[kMaxIban];
  std::size_t count = 2;
  iban[0] = start[0];
  iban[1] = start[1];
  bool grouped = false;
  bool digits_only = true;
  Ahead ahead(view, event, event);
  while (count < country.length) {
    if (count % 4 == 0) {
      const bool blank = ahead.take(' ');
      if (count == 4) grouped = blank;
      if (blank != grouped) return ahead.pending() ? Judged::pending : Judged::decided;
    }
    const std::uint8_t byte = ahead.byte();
    if (ahead.pending()) return Judged::pending;
    if (!is(byte, count < 4 ? kDigit : kDigit | kUpper)) return Judged::decided;
    digits_only = digits_only && is(byte, kDigit);
    iban[count++] = byte;
    ahead.skip();
  }
  const Ending ending = number_ends(view, ahead.at());
  if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
  if ((country.digits_only && !digits_only) || !check_digits_valid(iban, count)) return Judged::decided;

  const StructuralKey key = structural_key(start);
  const Topics in_key = found.topics_of(key);
  int sum = kChecked;
  if (country.digits_only) sum += kDigitsOnly;
  if (grouped) sum += kGrouped;
  if ((in_key & kBankWord) != 0 || (topics_before(start) & kBankWord) != 0)
    sum += kNamed;
  else if ((in_key & kOtherIdWord) != 0)
    sum += kKeyIsOther;
  Detection* const detection =
      found.add(view, kIban, start, static_cast<std::size_t>(ahead.at() - start), confidence_of(sum));
  if (detection == nullptr) return Judged::decided;
  detection->fingerprint = fingerprint(kIban, iban, count);
  detection->known_test = is_published_example(iban, count);
  set_key(*detection, key, start);
  mask_append(*detection, iban, 2);
  mask_fill(*detection, count - 6);
  mask_append(*detection, iban + count - 4, 4);
  return Judged::decided;
}

}  // namespace bulkhead::detect
