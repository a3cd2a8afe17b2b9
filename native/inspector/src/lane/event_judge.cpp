#include "lane/event_judge.hpp"

#include "detect/card_issuers.hpp"
#include "detect/char_class.hpp"
#include "detect/digit_groups.hpp"
#include "detect/judges.hpp"
#include "lane/anchors.hpp"

namespace bulkhead::lane {

using detect::Judged;

bool Reported::is_news(const Detection& detection, bool remember) noexcept {
  const auto offset = static_cast<std::uint32_t>(detection.offset);
  const auto length = static_cast<std::uint8_t>(detection.length);
  const auto confidence = static_cast<unsigned>(detection.confidence) & 3U;
  for (std::size_t i = 0; i < count_; ++i) {
    Entry& entry = entries_[i];
    if (entry.offset != offset || entry.detector != detection.detector) continue;
    const bool same = entry.length == length && entry.confidence >= confidence;
    entry.length = length;
    entry.confidence = confidence & 3U;
    return !same;
  }
  if (remember) {
    Entry& entry = entries_[next_];
    next_ = static_cast<std::uint8_t>((next_ + 1U) % kCapacity);
    if (count_ < kCapacity) ++count_;
    entry.offset = offset;
    entry.length = length;
    entry.detector = detection.detector & 63U;
    entry.confidence = confidence & 3U;
  }
  return true;
}

const std::uint8_t* EventJudge::judge(const detect::FieldView& view, const std::uint8_t* from,
                                      const std::uint16_t* positions, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const at = from + positions[i];
    if (judge_one(view, at) == Judged::pending) return at;
  }
  return nullptr;
}

Judged EventJudge::judge_one(const detect::FieldView& view, const std::uint8_t* at) noexcept {
  found_.clear();
  if (ask_all(view, at) == Judged::pending) return Judged::pending;
  for (std::size_t i = 0; i < found_.count(); ++i) {
    if ((remember_ || !reported_->empty()) && !reported_->is_news(found_[i], remember_)) continue;
    sink_->detected(found_[i]);
  }
  return Judged::decided;
}

Judged EventJudge::ask_all(const detect::FieldView& view, const std::uint8_t* at) noexcept {
  if (*at == '@') {
    if (enabled(detect::kEmail) && judge_email(view, at, found_) == Judged::pending) return Judged::pending;
    return detect::is(at[-1], detect::kDigit) ? ask_number(view, at) : Judged::decided;
  }
  if (detect::is(*at, detect::kDigit) && (at[-1] == '+' || at[-1] == '(')) {
    if (!enabled(detect::kPhone)) return Judged::decided;
    return at[-1] == '+' ? judge_phone_international(view, at, found_) : judge_phone_parenthesised(view, at, found_);
  }
  return detect::is(at[-1], detect::kDigit) ? ask_number(view, at) : ask_anchor(view, at);
}

Judged EventJudge::ask_number(const detect::FieldView& view, const std::uint8_t* at) noexcept {
  const std::uint64_t digits = detect::digits_before(at);
  // A single group of digits has one judge at most; groups with separators may have several.
  const std::size_t last = detect::last_group(digits);
  const bool grouped = last < 9;
  if ((grouped || last >= detect::kMinCardDigits) && enabled(detect::kPaymentCard) &&
      judge_card(view, at, digits, found_) == Judged::pending)
    return Judged::pending;
  if ((grouped || last == 9) && enabled(detect::kUsSsn) && judge_ssn(view, at, digits, found_) == Judged::pending)
    return Judged::pending;
  if (last < detect::kMinCardDigits && enabled(detect::kPhone)) return judge_phone_national(view, at, digits, found_);
  return Judged::decided;
}

Judged EventJudge::ask_anchor(const detect::FieldView& view, const std::uint8_t* at) noexcept {
  using Judge = Judged (*)(const detect::FieldView&, const std::uint8_t*, detect::Findings&) noexcept;
  struct Owner {
    std::uint8_t anchors;
    detect::BuiltIn detector;
    Judge judge;
  };
  static constexpr Owner kOwners[] = {
      {kAnchorIban, detect::kIban, detect::judge_iban},
      {kAnchorJwt, detect::kJwt, detect::judge_jwt},
      {kAnchorPrivateKey, detect::kPrivateKey, detect::judge_private_key},
      {kAnchorAws, detect::kAwsAccessKey, detect::judge_aws_access_key},
      {kAnchorGithub | kAnchorGithubPat, detect::kGithubToken, detect::judge_github_token},
      {kAnchorSlack, detect::kSlackToken, detect::judge_slack_token},
      {kAnchorStripe, detect::kStripeKey, detect::judge_stripe_key},
  };
  const std::uint8_t anchors = anchors_at(at);
  for (const Owner& owner : kOwners) {
    if ((anchors & owner.anchors) == 0 || !enabled(owner.detector)) continue;
    if (owner.judge(view, at, found_) == Judged::pending) return Judged::pending;
  }
  return Judged::decided;
}

}  // namespace bulkhead::lane
