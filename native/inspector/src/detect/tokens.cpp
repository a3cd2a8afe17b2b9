#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/boundary.hpp"
#include "detect/judges.hpp"

namespace bulkhead::detect {
namespace {

constexpr std::size_t kStars = 12;  // in the masked text, whatever the token's length

bool word_before(const std::uint8_t* start) noexcept { return is(start[-1], kAlnum) || start[-1] == '_'; }

void report(const FieldView& view, BuiltIn detector, const std::uint8_t* start, const std::uint8_t* end,
            std::size_t prefix, Confidence confidence, bool known_test, Findings& found) noexcept {
  const auto length = static_cast<std::size_t>(end - start);
  Detection* const detection = found.add(view, detector, start, length, confidence);
  if (detection == nullptr) return;
  detection->fingerprint = fingerprint(detector, start, length);
  detection->known_test = known_test;
  set_key(*detection, structural_key(start), start);
  mask_append(*detection, start, prefix);
  mask_fill(*detection, std::min(kStars, length - prefix));
}

/// CRC-32 as of ISO/IEC 3309 (zlib's), bit by bit: 30 bytes once in a while.
std::uint32_t crc32(const std::uint8_t* bytes, std::size_t length) noexcept {
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < length; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

/// The last six characters of a GitHub token are the CRC-32 of those before, in base 62.
bool github_checksum_valid(const std::uint8_t* secret, std::size_t length) noexcept {
  constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kChecksum = 6;
  std::uint32_t crc = crc32(secret, length - kChecksum);
  for (std::size_t i = 0; i < kChecksum; ++i) {
    if (static_cast<std::uint8_t>(kBase62[crc % 62]) != secret[length - 1 - i]) return false;
    crc /= 62;
  }
  return true;
}

}  // namespace

Judged judge_aws_access_key(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::size_t kPrefix = 4;
  constexpr std::size_t kUnique = 16;
  const std::uint8_t* const start = event - 2;
  if (start[0] != 'A' || (start[1] != 'K' && start[1] != 'S') || !starts_clean(start)) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  const bool prefixed = ahead.take('A');
  const std::size_t unique = prefixed ? ahead.run(kAlnum) : 0;
  if (ahead.pending()) return Judged::pending;
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (unique != kUnique || after == '_') return Judged::decided;
  const auto base32 = [](std::uint8_t b) { return is(b, kUpper) || (b >= '2' && b <= '7'); };
  if (!std::all_of(start + kPrefix, ahead.at(), base32)) return Judged::decided;
  const std::string_view text(reinterpret_cast<const char*>(start), kPrefix + kUnique);
  report(view, kAwsAccessKey, start, ahead.at(), kPrefix, Confidence::high, text.ends_with("EXAMPLE"), found);
  return Judged::decided;
}

Judged judge_github_token(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::size_t kSecret = 36;
  if (event[-2] == 'g' && event[-1] == 'h') {
    const std::uint8_t* const start = event - 2;
    if (std::string_view("pousr").find(static_cast<char>(*event)) == std::string_view::npos || word_before(start))
      return Judged::decided;
    Ahead ahead(view, event, event + 1);
    const std::size_t count = ahead.take('_') ? ahead.run(kAlnum) : 0;
    const std::uint8_t after = ahead.byte();
    if (ahead.pending()) return Judged::pending;
    if (count != kSecret || after == '_') return Judged::decided;
    // The checksum was invented so that a scanner need not guess; without it this is a documentation example.
    const bool valid = github_checksum_valid(start + 4, kSecret);
    report(view, kGithubToken, start, ahead.at(), 4, valid ? Confidence::high : Confidence::low, !valid, found);
    return Judged::decided;
  }
  constexpr std::string_view kPrefix = "github_p";
  const std::uint8_t* const start = event - (kPrefix.size() - 1);
  if (std::memcmp(start, kPrefix.data(), kPrefix.size()) != 0 || word_before(start)) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  const bool shaped = ahead.take("at_") && ahead.run(kAlnum) == 22 && ahead.take('_') && ahead.run(kAlnum) == 59;
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (shaped && after != '_') report(view, kGithubToken, start, ahead.at(), 11, Confidence::high, false, found);
  return Judged::decided;
}

Judged judge_slack_token(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::size_t kPrefix = 5;    // xoxb-
  constexpr std::size_t kIdDigits = 9;  // team and bot ids have ten and more
  constexpr std::size_t kLeast = 20;
  const std::uint8_t* const start = event - 2;
  if (std::memcmp(start, "xox", 3) != 0 || word_before(start)) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  const std::uint8_t kind = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (kind == 0 || std::string_view("abeoprs").find(static_cast<char>(kind)) == std::string_view::npos)
    return Judged::decided;
  ahead.skip();
  const bool prefixed = ahead.take('-');
  const std::size_t digits = prefixed ? ahead.run(kDigit) : 0;
  while (prefixed && (ahead.run(kAlnum) != 0 || ahead.take('-'))) {
  }
  if (ahead.pending()) return Judged::pending;
  const std::uint8_t* end = ahead.at();
  while (end > start && end[-1] == '-') --end;
  const auto length = static_cast<std::size_t>(end - start);
  if (!prefixed || length < kPrefix + kLeast) return Judged::decided;
  report(view, kSlackToken, start, end, kPrefix, digits >= kIdDigits ? Confidence::high : Confidence::medium, false,
         found);
  return Judged::decided;
}

Judged judge_stripe_key(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::size_t kPrefix = 8;  // sk_live_
  constexpr std::size_t kLeast = 16;
  const std::uint8_t* const start = event - 3;
  if ((start[0] != 's' && start[0] != 'r') || start[1] != 'k' || start[2] != '_' || word_before(start))
    return Judged::decided;
  Ahead ahead(view, event, event);
  const bool live = *event == 'l';
  const bool prefixed = live ? ahead.take("live_") : ahead.take("test_");
  const std::size_t length = prefixed ? ahead.run(kAlnum) : 0;
  if (ahead.pending()) return Judged::pending;
  if (length < kLeast || ahead.byte() == '_') return ahead.pending() ? Judged::pending : Judged::decided;
  report(view, kStripeKey, start, ahead.at(), kPrefix, live ? Confidence::high : Confidence::low, !live, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect
