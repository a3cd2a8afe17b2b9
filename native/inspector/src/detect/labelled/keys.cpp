#include <algorithm>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/labelled/values.hpp"
#include "detect/secret/byte_sets.hpp"
#include "detect/secret/report.hpp"

namespace bulkhead::detect::labelled {
namespace {

/// How many bytes of the set there are from the start on, `most` and one at most.
std::size_t length_of(Ahead& ahead, secret::ByteSet set, std::size_t most) noexcept {
  std::size_t n = 0;
  while (n <= most && set(ahead.byte())) {
    ahead.skip();
    ++n;
  }
  return n;
}

bool goes_on(std::uint8_t after) noexcept { return is(after, kAlnum) || after == '_' || after == '+' || after == '/'; }

std::string_view text_of(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  return {reinterpret_cast<const char*>(from), static_cast<std::size_t>(to - from)};
}

/// Whether the bytes have both cases and digits, as 40 random characters of base64 do and digests in hexadecimal do not.
bool is_mixed(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  const auto any = [from, to](std::uint8_t classes) {
    return std::any_of(from, to, [classes](std::uint8_t b) { return is(b, classes); });
  };
  return any(kUpper) && any(kLower) && any(kDigit);
}

void add(const Place& place, BuiltIn detector, const std::uint8_t* end, Confidence confidence, bool known_test,
         Findings& found) noexcept {
  secret::report(place.view, detector, place.start, end, 0, known_test ? Confidence::low : confidence, known_test, found);
}

}  // namespace

/// AWS IAM: 40 characters of base64.
Judged judge_aws_secret_key(const Place& place, bool certain, Findings& found) noexcept {
  constexpr std::size_t kLength = 40;
  Ahead ahead(place.view, place.event, place.start);
  const std::size_t length = length_of(ahead, secret::is_base64, kLength);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (length != kLength || goes_on(after) || after == '=' || !is_mixed(place.start, ahead.at())) return Judged::decided;
  const bool real = secret::looks_random(place.start, kLength) &&
                    text_of(place.start, ahead.at()).find("EXAMPLE") == std::string_view::npos;
  add(place, kAwsSecretKey, ahead.at(), certain ? Confidence::high : Confidence::medium, !real, found);
  return Judged::decided;
}

/// Azure Storage, Cosmos DB and Batch: 64 bytes as base64. Service Bus, Event Hubs, IoT Hub: 32 bytes.
Judged judge_azure_access_key(const Place& place, Findings& found) noexcept {
  constexpr std::size_t kLong = 86;
  constexpr std::size_t kShort = 43;
  // Of the emulators of storage and of Cosmos DB: they are the same everywhere, and documented.
  constexpr std::string_view kEmulators[] = {"Eby8vdM02xNOcqFlqUwJPLlm", "C2y6yDjf5/R+ob0N8A7Cgv30"};
  Ahead ahead(place.view, place.event, place.start);
  const std::size_t length = length_of(ahead, secret::is_base64, kLong);
  const bool padded = ahead.take('=') && (length == kShort || ahead.take('='));
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if ((length != kLong && length != kShort) || !padded || goes_on(after) || after == '=') return Judged::decided;
  if (!is_mixed(place.start, ahead.at())) return Judged::decided;
  const std::string_view text = text_of(place.start, ahead.at());
  const bool emulator = std::any_of(std::begin(kEmulators), std::end(kEmulators),
                                    [text](std::string_view key) { return text.starts_with(key); });
  add(place, kAzureAccessKey, ahead.at(), Confidence::high, emulator || !secret::looks_random(place.start, length), found);
  return Judged::decided;
}

/// Datadog: API keys have 32 hexadecimal digits, application keys 40. So have many others': the name has to be Datadog's.
Judged judge_datadog_key(const Place& place, bool certain, Findings& found) noexcept {
  constexpr std::size_t kApi = 32;
  constexpr std::size_t kApplication = 40;
  Ahead ahead(place.view, place.event, place.start);
  const std::size_t length = length_of(ahead, secret::is_lower_hex, kApplication);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if ((length != kApi && length != kApplication) || goes_on(after) || after == '-') return Judged::decided;
  if (!certain && !secret::is_named("datadog", place.start)) return Judged::decided;
  add(place, kDatadogKey, ahead.at(), Confidence::high, !secret::looks_random(place.start, length), found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::labelled
