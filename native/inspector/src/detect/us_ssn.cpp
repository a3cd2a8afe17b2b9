#include <cstring>

#include "detect/boundary.hpp"
#include "detect/digit_groups.hpp"
#include "detect/judges.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bulkhead::detect {
namespace {

constexpr int kBare = 15;         // three groups of digits prove nothing: `low`
constexpr int kKeyIsSsn = 60;
constexpr int kWordNear = 50;
constexpr int kPersonNear = 15;
constexpr int kKeyIsOther = -40;
constexpr int kUnformatted = -20;  // nine digits in a row need a word that says what they are

enum class Plausibility : std::uint8_t { impossible, example, possible };

/// Rules of the issuing authority: area, group and serial that were never given out, and numbers printed so often
/// (wallet inserts, pamphlets, advertisements) that they mean nobody.
Plausibility plausibility(const std::uint8_t (&d)[9]) noexcept {
  const int area = (d[0] - '0') * 100 + (d[1] - '0') * 10 + (d[2] - '0');
  if (area == 0 || area == 666 || area >= 900) return Plausibility::impossible;
  if (d[3] == '0' && d[4] == '0') return Plausibility::impossible;
  if (std::memcmp(d + 5, "0000", 4) == 0) return Plausibility::impossible;
  if (std::memcmp(d, "078051120", 9) == 0 || std::memcmp(d, "219099999", 9) == 0) return Plausibility::impossible;
  bool repeated = true;
  for (const std::uint8_t digit : d) repeated = repeated && digit == d[0];
  if (repeated) return Plausibility::impossible;
  return std::memcmp(d, "123456789", 9) == 0 ? Plausibility::example : Plausibility::possible;
}

/// Cheap necessary condition for a word about social security within the context: all of them hold an 's' or a 't'
/// beside other letters, which runs of numbers and punctuation do not.
bool may_name_ssn(const std::uint8_t* datum) noexcept {
  // "ssn", "social security number is", "tin": the word stands close in front of an unformatted number.
  constexpr std::size_t kNear = 48;
#if defined(__SSE2__)
  // Sixteen pairs of a byte and the one behind it at a time; one pair is looked at twice.
  __m128i hits = _mm_setzero_si128();
  for (const std::size_t back : {kNear - 1, kNear - 17, std::size_t{17}}) {
    const auto lowered = [](const std::uint8_t* at) {
      return _mm_or_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), _mm_set1_epi8(0x20));
    };
    const __m128i first = lowered(datum - back);
    const __m128i second = lowered(datum - back + 1);
    const auto is_letter = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i after_s = _mm_or_si128(_mm_or_si128(is_letter(second, 's'), is_letter(second, 'n')),
                                         _mm_or_si128(is_letter(second, 'o'), is_letter(second, 'e')));
    const __m128i after_t = _mm_or_si128(is_letter(second, 'i'), is_letter(second, 'a'));
    hits = _mm_or_si128(hits, _mm_or_si128(_mm_and_si128(is_letter(first, 's'), after_s),
                                           _mm_and_si128(is_letter(first, 't'), after_t)));
  }
  return _mm_movemask_epi8(hits) != 0;
#else
  const std::uint8_t* p = datum - 2;
  for (const std::uint8_t* const limit = datum - kNear; p > limit; --p) {
    const std::uint8_t c = lower(*p);
    if (c == 's') {
      const std::uint8_t next = lower(p[1]);
      if (next == 's' || next == 'n' || next == 'o' || next == 'e') return true;
    } else if (c == 't') {
      const std::uint8_t next = lower(p[1]);
      if (next == 'i' || next == 'a') return true;
    }
  }
  return false;
#endif
}

/// The key names something that is no person's number.
bool speaks_of_another(Topics key) noexcept {
  return (key & (kOtherIdWord | kPhoneWord | kCardWord)) != 0 && (key & kPersonWord) == 0;
}

}  // namespace

Judged judge_ssn(const FieldView& view, const std::uint8_t* event, std::uint64_t digits, Findings& found) noexcept {
  const std::uint8_t* start = nullptr;
  std::uint8_t d[9];
  bool formatted = false;
  if (has_groups<3, 2, 4>(digits)) {
    start = event - 11;
    const std::uint8_t separator = start[3];
    if (separator != start[6] || (separator != '-' && separator != ' ')) return Judged::decided;
    std::memcpy(d, start, 3);
    std::memcpy(d + 3, start + 4, 2);
    std::memcpy(d + 5, start + 7, 4);
    formatted = true;
  } else if (has_groups<9>(digits)) {
    start = event - 9;
    // Nine bare digits in a field that is named for something else: by far the most candidates, and no word in front
    // of such a field makes them a person's number. Its name is known from the last one of them, so this comes first.
    const Topics named = found.topics_of(structural_key(start));
    if ((named & kSsnWord) == 0 && speaks_of_another(named)) return Judged::decided;
    if (!may_name_ssn(start)) return Judged::decided;
    std::memcpy(d, start, 9);
  } else {
    return Judged::decided;
  }
  const Plausibility plausible = plausibility(d);
  if (plausible == Plausibility::impossible || !starts_clean(start)) return Judged::decided;
  if (formatted && start[3] == ' ' && start[-1] == ' ' && is(start[-2], kDigit))
    return Judged::decided;  // groups of something longer
  const Ending ending = number_ends(view, event);
  if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
  if (formatted && *event == ' ') {  // "123 45 6789 12": more groups follow
    if (!view.has(event + 1)) return Judged::pending;
    if (start[3] == ' ' && is(event[1], kDigit)) return Judged::decided;
  }

  const StructuralKey key = structural_key(start);
  const Topics in_key = found.topics_of(key);
  int sum = formatted ? kBare : kBare + kUnformatted;
  if ((in_key & kSsnWord) != 0) {
    sum += kKeyIsSsn;
  } else {
    const Topics before = topics_before(start);
    if ((before & kSsnWord) != 0) sum += kWordNear;
    if (formatted && (before & kPersonWord) != 0) sum += kPersonNear;
    if (speaks_of_another(in_key)) sum += kKeyIsOther;
  }
  // 123-45-6789 is what forms show as an example; only a field that is named for it makes it one to report.
  if (plausible == Plausibility::example && (in_key & kSsnWord) == 0) return Judged::decided;

  const auto length = static_cast<std::size_t>(event - start);
  Detection* const detection = found.add(view, kUsSsn, start, length, confidence_of(sum));
  if (detection == nullptr) return Judged::decided;
  detection->known_test = plausible == Plausibility::example;
  detection->fingerprint = fingerprint(kUsSsn, d, sizeof d);
  set_key(*detection, key, start);
  constexpr char kHidden[] = "***-**-";
  mask_append(*detection, reinterpret_cast<const std::uint8_t*>(kHidden), sizeof kHidden - 1);
  mask_append(*detection, d + 5, 4);
  return Judged::decided;
}

}  // namespace bulkhead::detect
