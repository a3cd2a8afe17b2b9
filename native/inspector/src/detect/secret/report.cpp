#include "detect/secret/report.hpp"

#include <algorithm>
#include <bit>

#include "bulkhead/scanner.hpp"
#include "detect/structural_key.hpp"

namespace bulkhead::detect::secret {
namespace {

constexpr std::size_t kStars = 12;  // in the masked text, whatever the secret's length
/// Of 32 random hexadecimal digits fewer than eight different ones occur once in a million.
constexpr int kLeastDifferent = 8;

}  // namespace

bool looks_random(const std::uint8_t* from, std::size_t length) noexcept {
  std::uint64_t seen[2] = {0, 0};
  std::size_t followers = 0;
  for (std::size_t i = 0; i < length; ++i) {
    seen[from[i] >> 6 & 1U] |= 1ULL << (from[i] & 63U);
    if (i > 0 && (from[i] == from[i - 1] + 1 || from[i] == from[i - 1])) ++followers;
  }
  return std::popcount(seen[0]) + std::popcount(seen[1]) >= kLeastDifferent && 2 * followers < length;
}

bool is_named(std::string_view name, const std::uint8_t* at) noexcept {
  const std::uint8_t* const from = at - kContextBytes;
  return std::search(from, at, name.begin(), name.end(), [](std::uint8_t a, char b) {
           return lower(a) == static_cast<std::uint8_t>(b);
         }) != at;
}

void report(const FieldView& view, BuiltIn detector, const std::uint8_t* start, const std::uint8_t* end,
            std::size_t shown, Confidence confidence, bool known_test, Findings& found) noexcept {
  const auto length = static_cast<std::size_t>(end - start);
  Detection* const detection = found.add(view, detector, start, length, confidence);
  if (detection == nullptr) return;
  detection->fingerprint = fingerprint(detector, start, length);
  detection->known_test = known_test;
  set_key(*detection, structural_key(start), start);
  mask_append(*detection, start, shown);
  mask_fill(*detection, std::min(kStars, length - shown));
}

}  // namespace bulkhead::detect::secret
