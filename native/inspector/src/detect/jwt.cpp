#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/judges.hpp"

namespace bulkhead::detect {
namespace {

constexpr std::size_t kMaxHeader = 128;  // base64url characters looked back over; longer ones carry certificates
constexpr std::size_t kMinPayload = 8;
constexpr int kMaxStarts = 2;            // places in the run that may be the header's first byte
constexpr std::size_t kStars = 12;

int base64url_value(std::uint8_t c) noexcept {
  if (is(c, kUpper)) return c - 'A';
  if (is(c, kLower)) return c - 'a' + 26;
  if (is(c, kDigit)) return c - '0' + 52;
  return c == '-' ? 62 : 63;
}

/// Whether [from, to) decodes to a JSON object with a member "alg" (RFC 7515 4.1.1).
bool is_header(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  std::array<char, kMaxHeader> decoded;
  std::size_t length = 0;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t* p = from; p < to; ++p) {
    bits = bits << 6 | static_cast<std::uint32_t>(base64url_value(*p));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    decoded[length++] = static_cast<char>(bits >> held & 0xff);
  }
  const std::string_view json(decoded.data(), length);
  return json.starts_with('{') && json.ends_with('}') && json.find("\"alg\"") != std::string_view::npos;
}

/// First byte of the header that ends at `end`, or null.
const std::uint8_t* header_start(const std::uint8_t* end) noexcept {
  const std::uint8_t* run = end;
  while (run > end - kMaxHeader && is(run[-1], kBase64Url)) --run;
  if (run == end - kMaxHeader) return run;
  // '-' and '_' are base64url too: "token_eyJ…" starts behind one of them.
  int tries = 0;
  for (const std::uint8_t* p = run; p + 4 < end && tries < kMaxStarts; ++p) {
    if (p != run && p[-1] != '-' && p[-1] != '_') continue;
    if (p[0] != 'e' || (p[1] != 'y' && p[1] != 'w')) continue;
    if (is_header(p, end)) return p;
    ++tries;
  }
  return nullptr;
}

}  // namespace

Judged judge_jwt(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const junction = event - 2;
  if (junction[0] != '.' || junction[1] != 'e' || *event != 'y') return Judged::decided;
  Ahead ahead(view, event, event + 1);
  if (!ahead.take('J')) return ahead.pending() ? Judged::pending : Judged::decided;
  const std::size_t payload = ahead.run(kBase64Url);
  if (!ahead.exhausted() && ahead.take('.')) ahead.run(kBase64Url);  // the signature
  if (ahead.pending()) return Judged::pending;
  if (payload < kMinPayload) return Judged::decided;
  const std::uint8_t* const start = header_start(junction);
  if (start == nullptr) return Judged::decided;
  // A token longer than kLookAhead behind its junction is reported by its first part.
  const auto length = static_cast<std::size_t>(ahead.at() - start);
  Detection* const detection = found.add(view, kJwt, start, length, Confidence::high);
  if (detection == nullptr) return Judged::decided;
  detection->fingerprint = fingerprint(kJwt, start, length);
  set_key(*detection, structural_key(start), start);
  mask_append(*detection, start, 3);
  mask_fill(*detection, kStars);
  return Judged::decided;
}

}  // namespace bulkhead::detect
