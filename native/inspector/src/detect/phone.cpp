#include <algorithm>
#include <cstring>

#include "detect/ahead.hpp"
#include "detect/boundary.hpp"
#include "detect/dial_codes.hpp"
#include "detect/digit_groups.hpp"
#include "detect/judges.hpp"

namespace bulkhead::detect {
namespace {

constexpr int kInternational = 20;  // '+' and a valid country code with a fitting length
constexpr int kFixedLength = 12;    // whose country has one length only
constexpr int kSeparated = 15;
constexpr int kParenthesised = 35;  // (ddd) ddd-dddd is written for nothing else
constexpr int kHyphens = 32;        // ddd-ddd-dddd
constexpr int kOtherMarks = 15;     // ddd.ddd.dddd, ddd ddd dddd
constexpr int kDigitsAlone = -5;    // ten digits are a phone number only in a field named for it
constexpr int kKeyIsPhone = 45;
constexpr int kWordNear = 25;
constexpr int kKeyIsOther = -25;
constexpr std::size_t kNational = 10;

struct Number {
  const std::uint8_t* start;
  const std::uint8_t* end;
  std::uint8_t digits[kMaxPhoneDigits];
  std::size_t count;
  bool international;
};

/// 555-0100 to 555-0199 are kept for fiction.
bool is_fictional(const Number& number) noexcept {
  if (number.count < kNational) return false;
  return std::memcmp(number.digits + number.count - 7, "55501", 5) == 0;
}

void report(const FieldView& view, const Number& number, int sum, bool look_around, Findings& found) noexcept {
  const StructuralKey key = structural_key(number.start);
  const Topics in_key = found.topics_of(key);
  if ((in_key & kPhoneWord) != 0)
    sum += kKeyIsPhone;
  else if ((in_key & (kOtherIdWord | kCardWord | kPanWord | kSsnWord | kBankWord)) != 0)
    sum += kKeyIsOther;
  else if (look_around && (topics_before(number.start) & kPhoneWord) != 0)
    sum += kWordNear;
  const auto length = static_cast<std::size_t>(number.end - number.start);
  Detection* const detection = found.add(view, kPhone, number.start, length, confidence_of(sum));
  if (detection == nullptr) return;
  detection->fingerprint = fingerprint(kPhone, number.digits, number.count);
  detection->known_test = is_fictional(number);
  set_key(*detection, key, number.start);
  constexpr std::uint8_t kPlus = '+';
  if (number.international) mask_append(*detection, &kPlus, 1);
  mask_fill(*detection, number.count - 4);
  mask_append(*detection, number.digits + number.count - 4, 4);
}

bool separates(std::uint8_t byte) noexcept {
  return byte == ' ' || byte == '-' || byte == '.' || byte == '(' || byte == ')' || byte == '/';
}

}  // namespace

Judged judge_phone_international(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const start = event - 1;
  if (*event == '0' || is(start[-1], kAlnum) || start[-1] == '+' || start[-1] == '/') return Judged::decided;
  Number number{start, nullptr, {}, 0, true};
  std::size_t written = 0;  // digits seen; number.count: up to the last group at which a number may end
  bool separated = false;
  DialCode code;
  for (Ahead ahead(view, event, event);;) {
    const std::uint8_t byte = ahead.byte();
    if (ahead.pending()) return Judged::pending;
    if (is(byte, kDigit)) {
      if (written == kMaxPhoneDigits) break;
      number.digits[written++] = byte;
      if (written == 3) {
        code = dial_code(number.digits);
        if (code.digits == 0) return Judged::decided;
      }
      ahead.skip();
      continue;
    }
    const bool fits = written >= code.digits + std::size_t{code.min} && written <= code.digits + std::size_t{code.max};
    if (code.digits != 0 && fits && !is(byte, kAlpha) && byte != '_') {
      number.count = written;
      number.end = ahead.at();
    }
    if (!separates(byte)) break;
    // One separator, or a parenthesis with another one: "+1 (415) 555-2671".
    ahead.skip();
    const std::uint8_t next = ahead.byte();
    if (ahead.pending()) return Judged::pending;
    if (separates(next) && (byte == ')' || next == '(')) ahead.skip();
    const std::uint8_t digit = ahead.byte();
    if (ahead.pending()) return Judged::pending;
    if (!is(digit, kDigit)) break;
    separated = true;
  }
  if (number.count == 0) return Judged::decided;
  if (code.digits == 1 && number.digits[0] == '1' && !is_north_american(number.digits + 1)) return Judged::decided;
  int sum = kInternational;
  if (code.min == code.max) sum += kFixedLength;
  if (separated) sum += kSeparated;
  report(view, number, sum, true, found);
  return Judged::decided;
}

Judged judge_phone_parenthesised(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const start = event - 1;
  if (is(start[-1], kAlnum) || start[-1] == ')') return Judged::decided;
  // Behind "+1 " it is part of what the '+' is judged for.
  if ((start[-1] == ' ' || start[-1] == '-') && is(start[-2], kDigit) && (start[-3] == '+' || start[-4] == '+'))
    return Judged::decided;
  Number number{start, nullptr, {}, kNational, false};
  Ahead ahead(view, event, event);
  const auto digits = [&](std::size_t from, std::size_t count) {
    const std::uint8_t* const at = ahead.at();
    if (ahead.run(kDigit, count) != count) return false;
    std::memcpy(number.digits + from, at, count);
    return true;
  };
  const auto shaped = [&] {
    if (!digits(0, 3) || !ahead.take(')')) return false;
    if (!ahead.take(' ')) ahead.take('-');
    if (!digits(3, 3)) return false;
    if (!ahead.take('-') && !ahead.take(' ') && !ahead.take('.')) return false;
    return digits(6, 4);
  };
  if (!shaped()) return ahead.pending() ? Judged::pending : Judged::decided;
  number.end = ahead.at();
  const Ending ending = number_ends(view, number.end);
  if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
  if (is_north_american(number.digits)) report(view, number, kParenthesised, true, found);
  return Judged::decided;
}

Judged judge_phone_national(const FieldView& view, const std::uint8_t* event, std::uint64_t digits,
                            Findings& found) noexcept {
  Number number{nullptr, event, {}, kNational, false};
  int sum = kDigitsAlone;
  const bool formatted = has_groups<3, 3, 4>(digits);
  if (formatted) {
    number.start = event - 12;
    const std::uint8_t mark = number.start[3];
    if (mark != number.start[7] || (mark != '-' && mark != '.' && mark != ' ')) return Judged::decided;
    std::memcpy(number.digits, number.start, 3);
    std::memcpy(number.digits + 3, number.start + 4, 3);
    std::memcpy(number.digits + 6, number.start + 8, 4);
    sum = mark == '-' ? kHyphens : kOtherMarks;
    if (number.start[-1] == mark && number.start[-2] == '1' && !is(number.start[-3], kAlnum)) {
      number.start -= 2;  // the long-distance prefix
    } else if (mark == ' ' && number.start[-1] == ' ' && is(number.start[-2], kDigit)) {
      return Judged::decided;  // groups of something longer
    }
    if (number.start[-1] == '+') return Judged::decided;  // judged for its '+'
  } else if (has_groups<10>(digits)) {
    number.start = event - 10;
    std::memcpy(number.digits, number.start, kNational);
  } else if (has_groups<11>(digits) && event[-11] == '1') {
    number.start = event - 11;
    std::memcpy(number.digits, number.start + 1, kNational);
  } else {
    return Judged::decided;
  }
  if (!is_north_american(number.digits) || !starts_clean(number.start)) return Judged::decided;
  const Ending ending = number_ends(view, event);
  if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
  report(view, number, sum, formatted, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect
