#include "lane/event_judge.hpp"

#include "detect/card_issuers.hpp"
#include "detect/char_class.hpp"
#include "detect/digit_groups.hpp"
#include "detect/identity/judge.hpp"
#include "detect/judges.hpp"
#include "detect/labelled/judge.hpp"
#include "detect/labelled/values.hpp"
#include "detect/record/judge.hpp"
#include "detect/secret/azure_sas.hpp"
#include "detect/secret/token.hpp"
#include "detect/secret/url_password.hpp"
#include "detect/wallet/judge.hpp"
#include "lane/anchors.hpp"
#include "lane/find_events.hpp"
#include "lane/named.hpp"

namespace bulkhead::lane {

using detect::Judged;

bool Reported::is_news(const Detection& detection, bool remember) noexcept {
  const auto offset = static_cast<std::uint32_t>(detection.offset);
  const auto length = static_cast<std::uint8_t>(detection.length);
  const auto confidence = static_cast<std::uint8_t>(detection.confidence);
  for (std::size_t i = 0; i < count_; ++i) {
    Entry& entry = entries_[i];
    if (entry.offset != offset || entry.detector != detection.detector) continue;
    const bool same = entry.length == length && entry.confidence >= confidence;
    entry.length = length;
    entry.confidence = confidence;
    return !same;
  }
  if (remember) {
    Entry& entry = entries_[next_];
    next_ = static_cast<std::uint8_t>((next_ + 1U) % kCapacity);
    if (count_ < kCapacity) ++count_;
    entry.offset = offset;
    entry.length = length;
    entry.detector = detection.detector;
    entry.confidence = confidence;
  }
  return true;
}

Judged EventJudge::judge_behind(const detect::FieldView& view, const std::uint8_t* start,
                                const detect::labelled::Label& label) noexcept {
  if (!enabled(label.detector)) return Judged::decided;
  found_.clear();
  if (detect::labelled::judge_value({view, start, start}, label, found_) == Judged::pending) return Judged::pending;
  hand_on();
  return Judged::decided;
}

std::size_t EventJudge::select_named(const std::uint8_t* from, Positions positions,
                                     const detect::identity::NumberEnds& ends, std::uint16_t* named) noexcept {
  if (!ends.any) return 0;
  return best_select_named()(from, positions.data(), positions.size(), named, ends, found_.quiet_keys());
}

const std::uint8_t* EventJudge::judge(const detect::FieldView& view, const std::uint8_t* from, Positions positions,
                                      Positions named) noexcept {
  constexpr std::uint16_t kNone = 0xffff;
  static_assert(kChunk < kNone);
  while (!positions.empty() || !named.empty()) {
    const std::uint16_t sifted = positions.empty() ? kNone : positions.front();
    const std::uint16_t other = named.empty() ? kNone : named.front();
    const std::uint16_t next = sifted < other ? sifted : other;
    if (sifted == next) positions = positions.subspan(1);
    if (other == next) named = named.subspan(1);
    if (judge_one(view, from + next, {sifted == next, other == next}) == Judged::pending) return from + next;
  }
  return nullptr;
}

Judged EventJudge::judge_one(const detect::FieldView& view, const std::uint8_t* at, Concerns concerns) noexcept {
  found_.clear();
  const Judged judged = concerns.sifted ? ask_all(view, at, concerns) : ask_identity(view, at);
  if (judged == Judged::pending) return Judged::pending;
  hand_on();
  return Judged::decided;
}

void EventJudge::hand_on() noexcept {
  for (std::size_t i = 0; i < found_.count(); ++i) {
    if ((remember_ || !reported_->empty()) && !reported_->is_news(found_[i], remember_)) continue;
    sink_->detected(found_[i]);
  }
}

Judged EventJudge::ask_all(const detect::FieldView& view, const std::uint8_t* at, Concerns concerns) noexcept {
  if (*at == '@') {
    if (enabled(detect::kUrlPassword) && detect::secret::judge_url_password(view, at, found_) == Judged::pending)
      return Judged::pending;
    if (found_.count() == 0 && enabled(detect::kEmail) && judge_email(view, at, found_) == Judged::pending) return Judged::pending;
    return detect::is(at[-1], detect::kDigit) ? ask_number(view, at, concerns) : Judged::decided;
  }
  if (detect::is(*at, detect::kDigit) && (at[-1] == '+' || at[-1] == '(')) {
    if (!enabled(detect::kPhone)) return Judged::decided;
    return at[-1] == '+' ? judge_phone_international(view, at, found_) : judge_phone_parenthesised(view, at, found_);
  }
  const bool number = detect::is(at[-1], detect::kDigit) && detect::is(at[-2], detect::kDigit);
  return number ? ask_number(view, at, concerns) : ask_anchor(view, at);
}

Judged EventJudge::ask_identity(const detect::FieldView& view, const std::uint8_t* at) noexcept {
  if (enabled(detect::kMrz) && detect::record::may_end_travel_date(at)) {
    if (detect::record::judge_mrz(view, at, found_) == Judged::pending) return Judged::pending;
    if (found_.count() != 0) return Judged::decided;
  }
  return detect::identity::judge_number(view, at, detect::digits_before(at), enabled_, found_);
}

Judged EventJudge::ask_number(const detect::FieldView& view, const std::uint8_t* at, Concerns concerns) noexcept {
  const std::uint64_t digits = detect::digits_before(at);
  // A single group of digits has one judge at most; groups with separators may have several.
  const std::size_t last = detect::last_group(digits);
  const bool grouped = last < 9;
  if ((grouped || last >= detect::kMinCardDigits) && enabled(detect::kPaymentCard) &&
      judge_card(view, at, digits, found_) == Judged::pending)
    return Judged::pending;
  if ((grouped || last == 9) && enabled(detect::kUsSsn) && judge_ssn(view, at, digits, found_) == Judged::pending)
    return Judged::pending;
  // What a word names is no telephone number, and no card that nothing but its digits speaks for: a tenth of all numbers
  // have a right Luhn digit.
  const std::size_t unsure = found_.count();
  const bool sure = unsure > 0 && found_[unsure - 1].confidence > Confidence::low;
  if (concerns.named && !sure) {
    if (ask_identity(view, at) == Judged::pending) return Judged::pending;
    if (found_.count() > unsure) found_.drop_first(unsure);
  }
  if (last < detect::kMinCardDigits && enabled(detect::kPhone) && found_.count() == 0)
    return judge_phone_national(view, at, digits, found_);
  return Judged::decided;
}

Judged EventJudge::ask_literal(const detect::FieldView& view, const std::uint8_t* at) noexcept {
  const auto ask = [&](detect::BuiltIn detector, auto owner) noexcept {
    return enabled(detector) ? owner(view, at, found_) : Judged::decided;
  };
  switch (three_of(at)) {
    case three_of(".ey"):
      return ask(detect::kJwt, detect::judge_jwt);
    case three_of("--B"):
      return ask(detect::kPrivateKey, detect::judge_private_key);
    case three_of("AKI"):
    case three_of("ASI"):
      return ask(detect::kAwsAccessKey, detect::judge_aws_access_key);
    case three_of("ghp"):
    case three_of("gho"):
    case three_of("ghu"):
    case three_of("ghs"):
    case three_of("ghr"):
    case three_of("b_p"):
      return ask(detect::kGithubToken, detect::judge_github_token);
    case three_of("xox"):
      return ask(detect::kSlackToken, detect::judge_slack_token);
    case three_of("k_l"):
    case three_of("k_t"):
      return ask(detect::kStripeKey, detect::judge_stripe_key);
    case three_of("ig="):
      return ask(detect::kAzureSasSignature, detect::secret::judge_azure_sas);
    case three_of("s_k"):
    case three_of("t_k"):
    case three_of("S_K"):
    case three_of("T_K"):
    case three_of("sKe"):
    case three_of("tKe"):
    case three_of("i_k"):
    case three_of("i-k"):
    case three_of("I_K"):
    case three_of("I-K"):
      return kinds_.labels ? detect::labelled::judge_label(view, at, enabled_, found_) : Judged::decided;
    case three_of("ID|"):
      return ask(detect::kHl7Patient, detect::record::judge_hl7);
    case three_of("M1*"):
      return ask(detect::kX12Patient, detect::record::judge_x12);
    case three_of("c1q"):
    case three_of("c1p"):
      return ask(detect::kBitcoinAddress, detect::wallet::judge_bech32);
    case three_of("Pat"):
      return ask(detect::kFhirPatient, detect::record::judge_fhir);
    default:
      break;
  }
  if (at[-2] == '0' && at[-1] == 'x') return ask(detect::kEthereumAddress, detect::wallet::judge_ethereum);
  if (kinds_.names && begins_name(at)) return detect::labelled::judge_label(view, at, enabled_, found_);
  return kinds_.tokens ? detect::secret::judge_token(view, at, enabled_, found_) : Judged::decided;
}

Judged EventJudge::ask_anchor(const detect::FieldView& view, const std::uint8_t* at) noexcept {
  if (ask_literal(view, at) == Judged::pending) return Judged::pending;
  if ((anchors_at(at) & kAnchorIban) == 0) return Judged::decided;
  if (enabled(detect::kIban) && detect::judge_iban(view, at, found_) == Judged::pending) return Judged::pending;
  if (!kinds_.identities || found_.count() != 0) return Judged::decided;
  return detect::identity::judge_token(view, at, enabled_, found_);
}

}  // namespace bulkhead::lane
