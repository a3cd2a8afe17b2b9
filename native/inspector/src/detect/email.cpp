#include <algorithm>
#include <bit>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/judges.hpp"
#include "detect/mail_bytes.hpp"
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
  static_assert(kMaxLocal == kMailBlock);
  const MailBytes before = mail_bytes(at - kMailBlock);
  const auto run = static_cast<std::size_t>(std::countl_one(before.local));
  if (run == kMaxLocal && is(at[-1 - static_cast<std::ptrdiff_t>(kMaxLocal)], kMailLocal)) return nullptr;
  const std::uint8_t* start = at - run;
  if ((before.percent | (before.dot & before.dot << 1)) != 0) {
    for (const std::uint8_t* p = start; p + 2 < at; ++p) {
      if (*p == '%') start = p + 3;                     // %XX of a URL
      if (*p == '.' && p[1] == '.') start = p + 2;
    }
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

/// The domain behind an '@': where it ends and where its last label starts; empty when it is none.
struct Domain {
  const std::uint8_t* end = nullptr;
  const std::uint8_t* top = nullptr;
};

bool labels_valid(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  std::uint8_t before = '.';
  for (const std::uint8_t* p = from; p < to; ++p) {
    if ((*p == '.' || *p == '-') && before == '.') return false;
    if (*p == '.' && before == '-') return false;
    before = *p;
  }
  return true;
}

/// Byte by byte, for what is long or lies at the end of the view.
Judged domain_slowly(const FieldView& view, const std::uint8_t* event, Domain& domain) noexcept {
  Ahead ahead(view, event, event + 1);
  const std::size_t length = ahead.run(kMailDomain, kMaxDomain);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (length == 0 || length == kMaxDomain || after == '_' || after == '@') return Judged::decided;
  const std::uint8_t* const from = event + 1;
  const std::uint8_t* end = ahead.at();
  while (end > from && (end[-1] == '.' || end[-1] == '-')) --end;
  const std::uint8_t* top = end;
  while (top > from && top[-1] != '.') --top;
  if (top != from && labels_valid(from, end)) domain = {end, top};
  return Judged::decided;
}

Judged domain_of(const FieldView& view, const std::uint8_t* event, Domain& domain) noexcept {
  const std::uint8_t* const from = event + 1;
  static_assert(kMailBlock < kLookAhead && kMailBlock < kMaxDomain);
  if (!view.final && view.end - from < static_cast<std::ptrdiff_t>(kMailBlock))
    return domain_slowly(view, event, domain);
  const MailBytes bytes = mail_bytes(from);
  const auto run = static_cast<unsigned>(std::countr_one(bytes.domain));
  if (run == kMailBlock) return domain_slowly(view, event, domain);
  if (run == 0 || from[run] == '_' || from[run] == '@') return Judged::decided;
  const std::uint64_t marks = bytes.dot | bytes.hyphen;
  // Without the dots and hyphens at its end; a name of nothing else has none left.
  const std::uint64_t name = ~marks & ((1ULL << run) - 1);
  if (name == 0) return Judged::decided;
  const auto length = static_cast<unsigned>(std::bit_width(name));
  const std::uint64_t all = (1ULL << length) - 1;  // length < 64
  const std::uint64_t dots = bytes.dot & all;
  // No label is empty or starts or ends with a hyphen.
  const bool valid = ((marks & (dots << 1 | 1)) | (dots & bytes.hyphen << 1)) == 0;
  // `<< 1` moves a dot before the name's end to at most its last byte, which is no mark.
  if (dots != 0 && valid) domain = {from + length, from + std::bit_width(dots)};
  return Judged::decided;
}

/// `name`: lower case.
bool is_reserved(std::string_view name) noexcept {
  constexpr std::string_view kReserved[] = {"example.com", "example.net", "example.org"};  // RFC 2606
  for (const std::string_view reserved : kReserved)
    if (name.ends_with(reserved) && (name.size() == reserved.size() || name[name.size() - reserved.size() - 1] == '.'))
      return true;
  return false;
}

}  // namespace

Judged judge_email(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  // No domain starts otherwise. Of bytes that are no text, this turns nearly every '@' away.
  if (view.has(event + 1) && !is(event[1], kAlnum)) return Judged::decided;
  const std::uint8_t* const start = local_start(event);
  if (start == nullptr || in_url(start)) return Judged::decided;
  Domain name;
  if (domain_of(view, event, name) == Judged::pending) return Judged::pending;
  const std::uint8_t* const domain = event + 1;
  const std::uint8_t* const end = name.end;
  const std::uint8_t* const top = name.top;
  if (top == nullptr || !is_top_level_domain(top, static_cast<std::size_t>(end - top))) return Judged::decided;

  const StructuralKey key = structural_key(start);
  const Topics in_key = found.topics_of(key);
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
  const auto length = static_cast<std::size_t>(end - start);
  // Arithmetic instead of the table of classes: the compiler makes vectors of it.
  std::transform(start, end, folded, [](std::uint8_t b) {
    return static_cast<std::uint8_t>(b | (static_cast<std::uint8_t>(b - 'A') < 26 ? 0x20 : 0));
  });
  detection->fingerprint = fingerprint(kEmail, folded, length);
  detection->known_test =
      is_reserved({reinterpret_cast<const char*>(folded) + (domain - start), static_cast<std::size_t>(end - domain)});
  set_key(*detection, key, start);
  constexpr std::size_t kMaxStars = 16;
  mask_fill(*detection, std::min(kMaxStars, local.size()));
  mask_append(*detection, event, 1);
  mask_fill(*detection, std::min(kMaxStars, static_cast<std::size_t>(top - 1 - domain)));
  mask_append(*detection, top - 1, static_cast<std::size_t>(end - top) + 1);
  return Judged::decided;
}

}  // namespace bulkhead::detect
