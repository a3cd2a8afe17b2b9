#include <algorithm>
#include <cstring>

#include "detect/boundary.hpp"
#include "detect/card_issuers.hpp"
#include "detect/digit_groups.hpp"
#include "detect/judges.hpp"
#include "detect/luhn.hpp"

namespace bulkhead::detect {
namespace {

constexpr std::size_t kDigitsBuffer = 24;  // luhn_valid reads 16 bytes before the end, and a card has 19 at most

// Luhn and issuer alone are met by one in fifty random ids: `low`, whatever the default threshold is it is above that.
constexpr int kBare = 15;
constexpr int kGrouped = 20;       // printed in an issuer's own grouping
constexpr int kDotted = -5;        // nobody prints a card with dots, and numbers in dots are many other things
constexpr int kKeyIsCard = 60;     // the field's name says card number
constexpr int kKeyNearCard = 25;   // the field's name speaks of cards
constexpr int kWordNear = 30;
constexpr int kKeyIsOther = -25;   // the field's name says it is something else
constexpr int kNeedsContext = -15;   // lengths and ranges that are common among other numbers
constexpr int kTrack = 60;         // magnetic stripe sentinels and expiry: nothing else looks like that
constexpr int kPartOfChain = -20;  // digits in front, one blank away: the groups may belong to something longer

struct Number {
  const std::uint8_t* start = nullptr;
  std::size_t length = 0;  // as written
  std::size_t count = 0;   // digits
  bool grouped = false;
};

/// Which of the groupings cards are written in ends at the event; count 0 if none. Separators are judged later.
Number shape_of(const std::uint8_t* event, std::uint64_t digits) noexcept {
  const auto groups = [event](std::size_t length, std::size_t count) {
    return Number{event - length, length, count, true};
  };
  const std::size_t last = last_group(digits);
  if (last >= kMinCardDigits) return last <= kMaxCardDigits ? Number{event - last, last, last, false} : Number{};
  if (last == 4) {
    // A longer chain of fours is a list of such numbers: the four groups that end here are judged by themselves.
    if (has_four_fours(digits) && !is(event[-20], kDigit)) return groups(19, 16);
    if (has_groups<4, 6, 4>(digits)) return groups(16, 14);
  }
  if (last == 5 && has_groups<4, 6, 5>(digits)) return groups(17, 15);
  if (last == 3 && has_groups<4, 4, 4, 4, 3>(digits)) return groups(23, 19);
  return {};
}

/// Copies the digits to the right end of the buffer; false unless all separators are the same blank, hyphen or dot.
bool collect(const Number& number, const std::uint8_t* event, std::uint8_t (&buffer)[kDigitsBuffer]) noexcept {
  std::uint8_t* out = buffer + kDigitsBuffer;
  std::uint8_t separator = 0;
  for (const std::uint8_t* p = event; p-- > number.start;) {
    if (is(*p, kDigit)) {
      *--out = *p;
      continue;
    }
    if (separator == 0) separator = *p;
    if (*p != separator || (*p != ' ' && *p != '-' && *p != '.')) return false;
  }
  return true;
}

/// The first separator of a number in groups, the first of which has four digits.
const std::uint8_t* separator_of(const Number& number) noexcept { return number.start + 4; }

std::uint32_t first_six(const std::uint8_t* digits) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) value = value * 10 + (digits[i] - std::uint32_t{'0'});
  return value;
}

bool is_expiry(const std::uint8_t* p) noexcept {
  for (std::size_t i = 0; i < 4; ++i)
    if (!is(p[i], kDigit)) return false;
  const int month = (p[2] - '0') * 10 + (p[3] - '0');
  return month >= 1 && month <= 12;
}

enum class Track : std::uint8_t { no, yes, pending };

/// ISO/IEC 7813: track 1 is %B number ^ name ^ YYMM, track 2 is ; number = YYMM.
Track track_of(const FieldView& view, const Number& number, const std::uint8_t* event) noexcept {
  constexpr std::size_t kMaxName = 26;
  if (number.grouped || !view.has(event)) return number.grouped ? Track::no : Track::pending;
  const bool one = number.start[-1] == 'B' && number.start[-2] == '%' && *event == '^';
  const bool two = number.start[-1] == ';' && *event == '=';
  if (!one && !two) return Track::no;
  const std::uint8_t* p = event + 1;
  if (one) {
    const std::uint8_t* const name_limit = p + kMaxName;
    while (p <= name_limit && view.has(p) && *p != '^' && *p >= ' ') ++p;
    if (!view.has(p)) return Track::pending;
    if (*p != '^') return Track::no;
    ++p;
  }
  if (!view.has(p + 3)) return Track::pending;
  return is_expiry(p) ? Track::yes : Track::no;
}

int key_points(Topics key) noexcept {
  if ((key & kPanWord) != 0) return kKeyIsCard;
  if ((key & kCardWord) != 0) {
    if ((key & kNumberWord) != 0 || (key & kOtherIdWord) == 0) return kKeyIsCard;
    return kKeyNearCard;
  }
  return (key & (kOtherIdWord | kPhoneWord | kBankWord | kSsnWord)) != 0 ? kKeyIsOther : 0;
}

}  // namespace

Judged judge_card(const FieldView& view, const std::uint8_t* event, std::uint64_t digits, Findings& found) noexcept {
  const Number number = shape_of(event, digits);
  if (number.count == 0) return Judged::decided;
  const unsigned first = static_cast<unsigned>(number.start[0] - '0');
  if (!issuer_possible(first, number.count)) return Judged::decided;

  std::uint8_t buffer[kDigitsBuffer] = {};
  const std::uint8_t* const buffer_end = buffer + kDigitsBuffer;
  if (number.grouped) {
    if (!collect(number, event, buffer) || !luhn_valid(buffer_end, number.count)) return Judged::decided;
  } else {
    if (!luhn_valid(event, number.count)) return Judged::decided;
    // All of the buffer, though only the last bytes count: a copy of constant size is a few moves.
    std::memcpy(buffer, event - kDigitsBuffer, kDigitsBuffer);
  }
  const std::uint8_t* const pan = buffer_end - number.count;
  const IssuerWeight weight = issuer_weight(first_six(pan), number.count);
  if (weight == IssuerWeight::none) return Judged::decided;
  if (std::all_of(pan + 1, buffer_end, [pan](std::uint8_t d) { return d == *pan; })) return Judged::decided;
  // 4-4-4-4-3: when the first sixteen are a card, the three that follow are its verification value.
  if (number.count == 19 && number.grouped && luhn_valid(pan + 16, 16)) return Judged::decided;

  const Track track = track_of(view, number, event);
  if (track == Track::pending) return Judged::pending;
  int sum = kBare;
  if (track == Track::yes) {
    sum += kTrack;
  } else {
    if (!starts_clean(number.start)) return Judged::decided;
    const Ending ending = number_ends(view, event);
    if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
    const bool printed = number.grouped && *separator_of(number) != '.';
    if (printed) sum += kGrouped;
    if (number.grouped && !printed) sum += kDotted;
    if (number.grouped && number.start[4] == ' ' && number.start[-1] == ' ' && is(number.start[-2], kDigit))
      sum += kPartOfChain;
    if (weight == IssuerWeight::context_only) sum += kNeedsContext;
  }

  const StructuralKey key = structural_key(number.start);
  const int from_key = key_points(found.topics_of(key));
  // Most numbers that come this far are ids that satisfy Luhn by chance, in a field that says so: no word in front of
  // such a field turns them into cards.
  if (from_key == kKeyIsOther && (!number.grouped || *separator_of(number) == '.') && track == Track::no) return Judged::decided;
  sum += from_key;
  if (from_key != kKeyIsCard && (topics_before(number.start) & (kCardWord | kPanWord)) != 0) sum += kWordNear;

  Detection* const detection = found.add(view, kPaymentCard, number.start, number.length, confidence_of(sum));
  if (detection == nullptr) return Judged::decided;
  detection->known_test = is_published_test_card(pan, number.count);
  detection->fingerprint = fingerprint(kPaymentCard, pan, number.count);
  set_key(*detection, key, number.start);
  mask_append(*detection, pan, 6);
  mask_fill(*detection, number.count - 10);
  mask_append(*detection, buffer_end - 4, 4);
  return Judged::decided;
}

}  // namespace bulkhead::detect
