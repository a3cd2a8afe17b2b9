#include <algorithm>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/judges.hpp"
#include "detect/top_level_domains.hpp"

namespace bulkhead::detect {
namespace {

constexpr std::size_t kMaxLocal = 64;   // RFC 5321 4.5.3.1.1
constexpr std::size_t kMaxDomain = 80;  // far below the RFC's 255, far above what is in use

constexpr int kWellFormed = 35;
constexpr int kKeyIsMail = 30;
constexpr int kKeyIsOther = -20;    // Message-ID and the like
constexpr int kNoPerson = -20;      // git@, and local parts that are hashes
constexpr std::size_t kHashLength = 24;

bool is_hash(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  if (static_cast<std::size_t>(to - from) < kHashLength) return false;
  const auto digits = std::count_if(from, to, [](std::uint8_t b) { return is(b, kDigit); });
  return digits * 4 > to - from;
}

/// Start of the local part that ends at `at`, or null. Cuts off what a surrounding syntax puts in front of it.
const std::uint8_t* local_start(const std::uint8_t* at) noexcept {
  const std::uint8_t* start = at;
  while (start > at - kMaxLocal - 1 && is(start[-1], kMailLocal)) --start;
  if (start == at - kMaxLocal - 1) return nullptr;
  for (const std::uint8_t* p = start; p + 2 < at; ++p) {
    if (*p == '%') start = p + 3;                     // %XX of a URL
    if (*p == '.' && p[1] == '.') start = p + 2;
  }
  if (start < at && (*start == 'n' || *start == 'r' || *start == 't') && start[-1] == '\\') ++start;
  while (start < at && !is(*start, kAlnum) && *start != '_') ++start;
  return start < at && at[-1] != '.' ? start : nullptr;
}

/// "scheme://user:password@host": a login, not an address.
bool in_url(const std::uint8_t* start) noexcept {
  const std::uint8_t* p = start - 1;
  if (*p == ':') {
    const std::uint8_t* const limit = p - kMaxLocal;
    while (p > limit && is(p[-1], kMailLocal)) --p;
    --p;
  }
  return *p == '/' && p[-1] == '/';
}

bool labels_valid(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  std::uint8_t before = '.';
  for (const std::uint8_t* p = from; p < to; ++p) {
    if ((*p == '.' || *p == '-') && before == '.') return false;
    if (*p == '.' && before == '-') return false;
    before = *p;
  }
  return true;
}

bool is_reserved(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  constexpr std::string_view kReserved[] = {"example.com", "example.net", "example.org"};  // RFC 2606
  for (const std::string_view name : kReserved) {
    const auto size = static_cast<std::ptrdiff_t>(name.size());
    if (to - from < size || (to - from > size && *(to - size - 1) != '.')) continue;
    if (std::equal(name.begin(), name.end(), to - size,
                   [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == lower(b); }))
      return true;
  }
  return false;
}

}  // namespace

Judged judge_email(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const start = local_start(event);
  if (start == nullptr || in_url(start)) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  const std::size_t length = ahead.run(kMailDomain, kMaxDomain);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (length == 0 || length == kMaxDomain || after == '_' || after == '@') return Judged::decided;
  const std::uint8_t* const domain = event + 1;
  const std::uint8_t* end = ahead.at();
  while (end > domain && (end[-1] == '.' || end[-1] == '-')) --end;
  const std::uint8_t* top = end;
  while (top > domain && top[-1] != '.') --top;
  if (top == domain || !is_top_level_domain(top, static_cast<std::size_t>(end - top)) || !labels_valid(domain, end))
    return Judged::decided;

  const StructuralKey key = structural_key(start);
  const Topics in_key = topics_of(key);
  int sum = kWellFormed;
  if ((in_key & kMailWord) != 0)
    sum += kKeyIsMail;
  else if ((in_key & kOtherIdWord) != 0)
    sum += kKeyIsOther;
  const std::string_view local(reinterpret_cast<const char*>(start), static_cast<std::size_t>(event - start));
  if (local == "git" || is_hash(start, event)) sum += kNoPerson;

  Detection* const detection =
      found.add(view, kEmail, start, static_cast<std::size_t>(end - start), confidence_of(sum));
  if (detection == nullptr) return Judged::decided;
  std::uint8_t folded[kMaxLocal + 1 + kMaxDomain];
  std::transform(start, end, folded, lower);
  detection->fingerprint = fingerprint(kEmail, folded, static_cast<std::size_t>(end - start));
  detection->known_test = is_reserved(domain, end);
  set_key(*detection, key, start);
  constexpr std::size_t kMaxStars = 16;
  mask_fill(*detection, std::min(kMaxStars, local.size()));
  mask_append(*detection, event, 1);
  mask_fill(*detection, std::min(kMaxStars, static_cast<std::size_t>(top - 1 - domain)));
  mask_append(*detection, top - 1, static_cast<std::size_t>(end - top) + 1);
  return Judged::decided;
}

}  // namespace bulkhead::detect
