#include <algorithm>
#include <cstring>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/boundary.hpp"
#include "detect/judges.hpp"
#include "detect/secret/crc32.hpp"
#include "detect/secret/report.hpp"

namespace bulkhead::detect {
namespace {

bool word_before(const std::uint8_t* start) noexcept { return !secret::starts_token(start); }

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
  secret::report(view, kAwsAccessKey, start, ahead.at(), kPrefix, Confidence::high, text.ends_with("EXAMPLE"), found);
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
    const bool valid = secret::crc32_base62_valid(start + 4, kSecret);
    secret::report(view, kGithubToken, start, ahead.at(), 4, valid ? Confidence::high : Confidence::low, !valid, found);
    return Judged::decided;
  }
  constexpr std::string_view kPrefix = "github_p";
  const std::uint8_t* const start = event - (kPrefix.size() - 1);
  if (std::memcmp(start, kPrefix.data(), kPrefix.size()) != 0 || word_before(start)) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  const bool shaped = ahead.take("at_") && ahead.run(kAlnum) == 22 && ahead.take('_') && ahead.run(kAlnum) == 59;
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (shaped && after != '_') secret::report(view, kGithubToken, start, ahead.at(), 11, Confidence::high, false, found);
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
  secret::report(view, kSlackToken, start, end, kPrefix, digits >= kIdDigits ? Confidence::high : Confidence::medium, false,
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
  secret::report(view, kStripeKey, start, ahead.at(), kPrefix, live ? Confidence::high : Confidence::low, !live, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect
