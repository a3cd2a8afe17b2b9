#include <algorithm>

#include "detect/boundary.hpp"
#include "detect/digit_groups.hpp"
#include "detect/identity/judge.hpp"
#include "detect/identity/written.hpp"

namespace bulkhead::detect::identity {
namespace {

// What a number is worth: by its own check, by who names it, by how it is written.
constexpr int kWeak = 15;
constexpr int kChecked = 35;
constexpr int kDistinctive = 40;
constexpr int kNamedByKey = 45;
constexpr int kNamedByWord = 30;
constexpr int kHintedByKey = 20;
constexpr int kHintedByWord = 10;
constexpr int kWrittenAsIssued = 10;  // in groups, as the issuer prints it

int points_of(Proof proof) noexcept {
  switch (proof) {
    case Proof::shape:
      return 0;
    case Proof::weak:
      return kWeak;
    case Proof::checked:
      return kChecked;
    case Proof::distinctive:
      return kDistinctive;
  }
  return 0;
}

/// The words that concern a number that starts at `start`.
struct Surroundings {
  Context context;
  bool by_key = false;
};

Surroundings surroundings_of(const std::uint8_t* start, Findings& found) noexcept {
  const StructuralKey key = structural_key(start);
  if (!key.empty()) {
    const Context& named = found.contexts_of(key);
    if (!named.none()) return {named, true};
    // A field with a name of its own is what that says, whatever stands in front of it; one whose name says nothing
    // has it said by its neighbours.
    const Topics topics = found.topics_of(key);
    if ((topics & (kValueWord | kNumberWord)) == 0 || (topics & (kOtherIdWord | kPhoneWord | kCardWord)) != 0) {
      QuietKeys::Entry entry;
      if (QuietKeys::read(start, entry)) found.quiet_keys().add(entry);
      return {};
    }
  }
  const std::uint8_t* const from = start - kContextBytes;
  const bool boundary = !is(from[-1], kAlnum) && from[-1] < 0x80;
  return {context_in(from, start, boundary), false};
}

/// A number as it stands in the field, once its writing fits.
struct Candidate {
  const std::uint8_t* start;
  const std::uint8_t* end;
  const Written* written;
};

Compact compact_of(const Candidate& candidate) noexcept {
  Compact compact;
  for (const std::uint8_t* p = candidate.start; p < candidate.end && compact.size < kMaxCompact; ++p) {
    if (is(*p, kDigit | kUpper)) compact.bytes[compact.size++] = *p;
    if (is(*p, kLower)) compact.bytes[compact.size++] = static_cast<std::uint8_t>(*p - 0x20);
  }
  return compact;
}

int worth(const Candidate& candidate, const Surroundings& around) noexcept {
  const Rule& rule = kRules[candidate.written->rule];
  const bool grouped = candidate.written->event != 0;
  const int own = points_of(rule.proof) + (grouped ? kWrittenAsIssued : 0);
  if (around.context.named.has(candidate.written->rule)) return own + (around.by_key ? kNamedByKey : kNamedByWord);
  if (rule.proof == Proof::shape) return 0;
  if (around.context.hinted.has(candidate.written->rule)) return own + (around.by_key ? kHintedByKey : kHintedByWord);
  // Ids are digits too, in such numbers that a few of them satisfy any check: digits alone are no more than a guess.
  const bool digits_only = candidate.written->text.find_first_not_of('d') == std::string_view::npos;
  if (rule.proof == Proof::distinctive) return digits_only ? kWeak : own;
  return candidate.written->stands_alone ? own : 0;
}

void mask(Detection& detection, const Compact& compact) noexcept {
  const std::size_t shown = compact.size >= 9 ? 4 : 2;
  mask_fill(detection, compact.size - shown);
  mask_append(detection, compact.bytes.data() + compact.size - shown, shown);
}

/// Keeps the best of several readings of the same bytes: the one that is named, else the one that proves most.
class Best {
 public:
  void offer(const Candidate& candidate, const Compact& compact, int sum) noexcept {
    if (sum <= sum_) return;
    sum_ = sum;
    candidate_ = candidate;
    compact_ = compact;
  }
  void report(const FieldView& view, Findings& found) const noexcept {
    if (sum_ == 0) return;
    const auto detector = static_cast<BuiltIn>(kFirstIdentity + candidate_.written->rule);
    const auto length = static_cast<std::size_t>(candidate_.end - candidate_.start);
    Detection* const detection = found.add(view, detector, candidate_.start, length, confidence_of(sum_));
    if (detection == nullptr) return;
    detection->fingerprint = fingerprint(detector, compact_.bytes.data(), compact_.size);
    set_key(*detection, structural_key(candidate_.start), candidate_.start);
    mask(*detection, compact_);
  }

 private:
  int sum_ = 0;
  Candidate candidate_{};
  Compact compact_;
};

void consider(const Candidate& candidate, const DetectorSet& enabled, const Surroundings& around, Best& best) noexcept {
  const std::size_t rule = candidate.written->rule;
  if (!enabled.has(kFirstIdentity + rule)) return;
  const int sum = worth(candidate, around);
  if (sum == 0) return;
  const Compact compact = compact_of(candidate);
  if (kRules[rule].valid(compact)) best.offer(candidate, compact, sum);
}

Judged judge_digits(const FieldView& view, const std::uint8_t* event, std::size_t count, const DetectorSet& enabled,
                    Findings& found) noexcept {
  const std::span<const Written> ways = of_digits(count);
  if (ways.empty()) return Judged::decided;
  const std::uint8_t* const start = event - count;
  if (!starts_clean(start)) return Judged::decided;
  const Surroundings around = surroundings_of(start, found);
  if (around.context.none() && !digits_may_stand_alone(count)) return Judged::decided;
  const Ending ending = number_ends(view, event);
  if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
  Best best;
  for (const Written& way : ways) consider({start, event, &way}, enabled, around, best);
  best.report(view, found);
  return Judged::decided;
}

Judged judge_groups(const FieldView& view, const std::uint8_t* event, std::size_t last, const DetectorSet& enabled,
                    Findings& found) noexcept {
  Best best;
  const std::uint8_t before = event[-1 - static_cast<std::ptrdiff_t>(last)];
  for (const Written& way : of_groups(last)) {
    if (!enabled.has(kFirstIdentity + way.rule)) continue;
    // Many are written in other groups, which what separates the last one tells soonest.
    if (way.event > last && !fits(way.text[way.event - last - 1], before)) continue;
    const std::uint8_t* const start = event - way.event;
    std::size_t i = 0;
    while (i < way.text.size() && (i < way.event || view.has(start + i)) && fits(way.text[i], start[i])) ++i;
    if (i < way.text.size()) {
      if (i >= way.event && !view.has(start + i)) return Judged::pending;
      continue;
    }
    if (!starts_clean(start)) continue;
    const std::uint8_t* const end = start + way.text.size();
    const Ending ending = number_ends(view, end);
    if (ending == Ending::pending) return Judged::pending;
    if (ending == Ending::inside) continue;
    // Groups with blanks may be a part of something longer.
    if (way.text.find(' ') != std::string_view::npos && start[-1] == ' ' && is(start[-2], kDigit)) continue;
    consider({start, end, &way}, enabled, surroundings_of(start, found), best);
  }
  best.report(view, found);
  return Judged::decided;
}

/// Whether an earlier byte of the token was an event too: the token was judged there.
bool was_judged(const std::uint8_t* start, const std::uint8_t* event) noexcept {
  std::size_t run = 0;
  for (const std::uint8_t* p = start; p < event; ++p) {
    const bool digit = is(*p, kDigit);
    if (digit && p - start >= 2 && is(p[-1], kUpper) && is(p[-2], kUpper)) return true;
    if (!digit && run >= 6) return true;
    run = digit ? run + 1 : 0;
  }
  return false;
}

}  // namespace

Judged judge_token(const FieldView& view, const std::uint8_t* event, const DetectorSet& enabled,
                   Findings& found) noexcept {
  const std::uint8_t* start = event;
  while (is(start[-1], kDigit | kUpper) && event - start < static_cast<std::ptrdiff_t>(kMaxCompact)) --start;
  const std::uint8_t* end = event;
  while (view.has(end) && is(*end, kDigit | kUpper) && end - start <= static_cast<std::ptrdiff_t>(kMaxCompact)) ++end;
  if (start[-1] == '-' && judge_groups(view, event, 0, enabled, found) == Judged::pending) return Judged::pending;
  const auto size = static_cast<std::size_t>(end - start);
  if (size > kMaxCompact) return Judged::decided;
  if (!view.has(end)) return Judged::pending;
  // Digits alone are judged where they end, and for less: an anchor may stand in front of them by chance.
  if (std::none_of(start, end, [](std::uint8_t byte) { return is(byte, kUpper); })) return Judged::decided;
  const std::span<const Written> ways = of_letters(size);
  if (ways.empty() || !starts_clean(start)) return Judged::decided;
  Best best;
  bool asked = false;
  Surroundings around;
  for (const Written& way : ways) {
    std::size_t i = 0;
    while (i < size && fits(way.text[i], start[i])) ++i;
    if (i < size) continue;
    if (!asked) around = surroundings_of(start, found);
    asked = true;
    consider({start, end, &way}, enabled, around, best);
  }
  if (!asked) return Judged::decided;
  const Ending ending = number_ends(view, end);
  if (ending != Ending::clean) return ending == Ending::pending ? Judged::pending : Judged::decided;
  if (!was_judged(start, event)) best.report(view, found);
  return Judged::decided;
}

Judged judge_number(const FieldView& view, const std::uint8_t* event, std::uint64_t digits, const DetectorSet& enabled,
                    Findings& found) noexcept {
  const std::size_t before_this = found.count();
  const std::size_t last = last_group(digits);
  const std::uint8_t before = event[-1 - static_cast<std::ptrdiff_t>(last)];
  if (!view.has(event)) return Judged::pending;
  const std::uint8_t after = *event;
  // What stands beyond a separator decides whether it separates groups of one number: a digit, the X of a NIE, a check
  // character behind.
  const auto separates = [](std::uint8_t b) { return b == ' ' || b == '-' || b == '.' || b == '/'; };
  const std::uint8_t beyond = event[-2 - static_cast<std::ptrdiff_t>(last)];
  bool grouped = separates(before) && (is(beyond, kDigit) || (beyond >= 'X' && beyond <= 'Z'));
  if (!grouped && (separates(after) || after == '(')) {
    if (!view.has(event + 1)) return Judged::pending;
    grouped = is(event[1], kDigit | kUpper) || event[1] == 'k';
  }
  if ((grouped || is(after, kUpper)) && judge_groups(view, event, last, enabled, found) == Judged::pending)
    return Judged::pending;
  if (found.count() != before_this) return Judged::decided;
  if (is(before, kUpper) || is(after, kUpper)) return judge_token(view, event, enabled, found);
  return judge_digits(view, event, last, enabled, found);
}

}  // namespace bulkhead::detect::identity
