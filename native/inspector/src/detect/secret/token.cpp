#include "detect/secret/token.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/secret/report.hpp"
#include "detect/secret/token_form.hpp"

namespace bulkhead::detect::secret {
namespace {

/// The forms by the three bytes their event stands on, made once: most events are of none.
class FormIndex {
 public:
  FormIndex() noexcept {
    const auto forms = token_forms();
    for (std::size_t i = 0; i < forms.size(); ++i) {
      const auto* const end = reinterpret_cast<const std::uint8_t*>(forms[i].prefix.data()) + forms[i].event;
      std::uint8_t& slot = first_[slot_of(end)];
      next_[i] = slot;
      slot = static_cast<std::uint8_t>(i + 1);
    }
  }
  /// Calls `each` with the forms that may have their event at `event`, until one returns false.
  template <typename Each>
  void each(const std::uint8_t* event, Each each) const noexcept {
    for (std::uint8_t i = first_[slot_of(event)]; i != 0; i = next_[i - 1U])
      if (!each(token_forms()[i - 1U])) return;
  }

 private:
  static constexpr std::size_t kMaxForms = 128;
  static std::size_t slot_of(const std::uint8_t* event) noexcept {
    const std::uint32_t three = event[-2] | std::uint32_t{event[-1]} << 8 | std::uint32_t{*event} << 16;
    return three * 0x9e3779b1U >> 23;
  }
  std::array<std::uint8_t, 512> first_{};  // number of a form plus one; 0: none
  std::array<std::uint8_t, kMaxForms> next_{};
};

/// Steps over a run; false when it is too short or not joined to the next one.
bool take(Ahead& ahead, const Run& run) noexcept {
  std::size_t n = 0;
  while (n < run.most && run.set(ahead.byte())) {
    ahead.skip();
    ++n;
  }
  return n >= run.least && (run.then == '\0' || ahead.take(static_cast<std::uint8_t>(run.then)));
}

bool stands_at(const std::uint8_t* at, std::string_view text) noexcept {
  return std::string_view(reinterpret_cast<const char*>(at), text.size()) == text;
}

Judged judge_form(const FieldView& view, const std::uint8_t* event, const TokenForm& form, Findings& found) noexcept {
  const std::uint8_t* const prefix = event - form.event;
  if (!stands_at(prefix, form.prefix.substr(0, form.event + 1U))) return Judged::decided;
  const std::uint8_t* start = prefix;
  if (form.before.set != nullptr) {
    while (prefix - start <= form.before.most && form.before.set(start[-1])) --start;
    if (prefix - start > form.before.most && starts_token(start + 1)) ++start;  // the letter of an escape
    if (prefix - start < form.before.least || prefix - start > form.before.most) return Judged::decided;
  }
  if (!stands_at(start, form.begins) && starts_token(start + 1)) ++start;  // the letter of an escape again
  if (!stands_at(start, form.begins) || !starts_token(start) || start[-1] == '-') return Judged::decided;
  Ahead ahead(view, event, prefix + std::min<std::size_t>(form.event + 1U, form.prefix.size()));
  if (form.prefix.size() > form.event + 1U && !ahead.take(form.prefix.substr(form.event + 1U)))
    return ahead.pending() ? Judged::pending : Judged::decided;
  const std::uint8_t* const body = prefix + form.prefix.size();
  const Run* last = nullptr;
  for (const Run& run : form.body) {
    if (run.set == nullptr) break;
    if (!take(ahead, run)) return ahead.pending() ? Judged::pending : Judged::decided;
    last = &run;
  }
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  // Where the bytes that may be looked at end, the token goes on; it is reported by its first part.
  if (!ahead.exhausted() && (is(after, kAlnum) || after == '_' || last->set(after))) return Judged::decided;
  const auto length = static_cast<std::size_t>(ahead.at() - body);
  const bool real = looks_random(body, length) && (form.check == nullptr || form.check(body, length));
  const bool named = form.alone != Confidence::high && is_named(form.issuer, start);
  const Confidence confidence = !real ? Confidence::low : named ? Confidence::high : form.alone;
  const std::size_t shown = form.before.set == nullptr ? form.prefix.size() : form.begins.size();
  report(view, form.detector, start, ahead.at(), shown, confidence, !real, found);
  return Judged::decided;
}

}  // namespace

Judged judge_token(const FieldView& view, const std::uint8_t* event, const DetectorSet& enabled,
                   Findings& found) noexcept {
  static const FormIndex index;
  Judged judged = Judged::decided;
  index.each(event, [&](const TokenForm& form) {
    if (enabled.has(form.detector)) judged = judge_form(view, event, form, found);
    return judged == Judged::decided && found.count() == 0;
  });
  return judged;
}

}  // namespace bulkhead::detect::secret
