#include <algorithm>
#include <array>

#include "detect/ahead.hpp"
#include "detect/labelled/values.hpp"
#include "detect/secret/byte_sets.hpp"
#include "detect/secret/report.hpp"

namespace bulkhead::detect::labelled {
namespace {

bool ends(std::uint8_t after) noexcept { return !is(after, kAlnum) && after != '_' && after != ':' && after != '-'; }

/// What no person is behind: private, of the machine itself, of the link, of all.
bool is_nobodys(const std::array<int, 4>& v4) noexcept {
  return v4[0] == 0 || v4[0] == 10 || v4[0] == 127 || v4[0] >= 224 || (v4[0] == 172 && v4[1] >= 16 && v4[1] <= 31) ||
         (v4[0] == 192 && v4[1] == 168) || (v4[0] == 169 && v4[1] == 254) || (v4[0] == 100 && v4[1] >= 64 && v4[1] <= 127);
}

/// RFC 5737.
bool is_documentation(const std::array<int, 4>& v4) noexcept {
  return (v4[0] == 192 && v4[1] == 0 && v4[2] == 2) || (v4[0] == 198 && v4[1] == 51 && v4[2] == 100) ||
         (v4[0] == 203 && v4[1] == 0 && v4[2] == 113);
}

bool take_v4(Ahead& ahead, std::array<int, 4>& v4) noexcept {
  for (std::size_t i = 0; i < v4.size(); ++i) {
    if (i > 0 && !ahead.take('.')) return false;
    const std::uint8_t first = ahead.byte();
    std::size_t digits = 0;
    for (v4[i] = 0; digits < 3 && is(ahead.byte(), kDigit); ++digits, ahead.skip()) v4[i] = v4[i] * 10 + (ahead.byte() - '0');
    if (digits == 0 || v4[i] > 255 || (digits > 1 && first == '0')) return false;
  }
  return true;
}

/// RFC 4291 2.2: eight groups, or fewer with one "::"; without an IPv4 part.
bool take_v6(Ahead& ahead, bool& nobodys) noexcept {
  constexpr std::size_t kGroups = 8;
  std::size_t groups = 0;
  bool shortened = false;
  unsigned first = 0;
  if (ahead.byte() == ':') {
    ahead.skip();
    if (!ahead.take(':')) return false;
    shortened = true;
  }
  while (groups < kGroups && secret::is_hex(ahead.byte())) {
    unsigned value = 0;
    for (std::size_t digits = 0; digits < 4 && secret::is_hex(ahead.byte()); ++digits, ahead.skip()) {
      const std::uint8_t b = lower(ahead.byte());
      value = value * 16 + (is(b, kDigit) ? b - unsigned{'0'} : b - unsigned{'a'} + 10);
    }
    if (groups++ == 0) first = value;
    if (ahead.byte() != ':') break;
    ahead.skip();
    if (ahead.byte() != ':') continue;
    if (shortened) return false;
    shortened = true;
    ahead.skip();
  }
  // 2000::/3 is what is in use of people; fe80::/10, fc00::/7, ff00::/8 and ::1 are not.
  nobodys = groups == 0 || first < 0x2000 || first > 0x3fff;
  return shortened ? groups < kGroups && groups > 0 : groups == kGroups;
}

}  // namespace

Judged judge_ip_address(const Place& place, Findings& found) noexcept {
  Ahead as_v4(place.view, place.event, place.start);
  Ahead as_v6(place.view, place.event, place.start);
  std::array<int, 4> v4{};
  bool nobodys = false;
  const bool is_v4 = take_v4(as_v4, v4);
  bool whole = is_v4 || take_v6(as_v6, nobodys);
  if (is_v4) nobodys = is_nobodys(v4);
  Ahead& ahead = is_v4 ? as_v4 : as_v6;
  if (as_v4.pending()) return Judged::pending;
  std::uint8_t after = ahead.byte();
  const std::uint8_t* const end = ahead.at();
  if (is_v4 && (after == ':' || after == '.')) {  // a port, or the end of a sentence
    const bool port = after == ':';
    ahead.skip();
    after = ahead.byte();
    if (!port && is(after, kDigit)) whole = false;
    if (port) after = ' ';
  }
  if (ahead.pending()) return Judged::pending;
  if (!whole || !ends(after)) return Judged::decided;
  const bool test = is_v4 && is_documentation(v4);
  add_named(place, {kIpAddress, end, 0, nobodys ? Confidence::low : Confidence::medium, test}, found);
  return Judged::decided;
}

/// IEEE 802: six bytes, joined by colons or hyphens, or in fours by points.
Judged judge_mac_address(const Place& place, Findings& found) noexcept {
  constexpr std::size_t kDigits = 12;
  Ahead ahead(place.view, place.event, place.start);
  std::size_t digits = 0;
  std::uint8_t separator = 0;
  bool regular = true;
  std::uint8_t all_or = 0, all_and = 0xff;
  while (digits < kDigits && regular) {
    if (digits == 2 || (digits == 4 && separator == 0)) {
      const std::uint8_t b = ahead.byte();
      if (digits == 2 && (b == ':' || b == '-')) separator = b;
      if (digits == 4 && b == '.') separator = b;
      if (digits == 4 && separator == 0) regular = false;
    }
    const std::size_t group = separator == '.' ? 4 : 2;
    if (digits > 0 && separator != 0 && digits % group == 0) regular = regular && ahead.take(separator);
    const std::uint8_t b = ahead.byte();
    regular = regular && secret::is_hex(b);
    const std::uint8_t value = is(b, kDigit) ? static_cast<std::uint8_t>(b - '0') : static_cast<std::uint8_t>(lower(b) - 'a' + 10);
    all_or |= value;
    all_and &= value;
    if (regular) ahead.skip();
    ++digits;
  }
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (!regular || !ends(after) || all_or == 0 || all_and == 15) return Judged::decided;
  add_named(place, {kMacAddress, ahead.at(), 2, Confidence::medium}, found);
  return Judged::decided;
}

/// ISO 6709 in decimal degrees: the second of latitude and longitude, with three places at least, which is a hundred metres.
Judged judge_coordinates(const Place& place, Findings& found) noexcept {
  constexpr std::size_t kLeastPlaces = 3;
  constexpr std::size_t kMostPlaces = 18;
  const bool longitude_here = secret::is_named("lng", place.start) || secret::is_named("longitude", place.start);
  if (!longitude_here || !secret::is_named("lat", place.start)) return Judged::decided;
  Ahead ahead(place.view, place.event, place.start);
  if (!ahead.take('-')) ahead.take('+');
  int degrees = 0;
  std::size_t digits = 0;
  for (; digits < 3 && is(ahead.byte(), kDigit); ++digits, ahead.skip()) degrees = degrees * 10 + (ahead.byte() - '0');
  const bool point = ahead.take('.');
  const std::size_t places = ahead.run(kDigit, kMostPlaces);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (digits == 0 || degrees > 180 || !point || places < kLeastPlaces || is(after, kAlnum)) return Judged::decided;
  add_named(place, {kGeoCoordinates, ahead.at(), 0, Confidence::medium}, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::labelled
