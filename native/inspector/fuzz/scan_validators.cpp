// Validators against plain second versions of the same rules.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "detect/card_issuers.hpp"
#include "detect/digit_groups.hpp"
#include "detect/luhn.hpp"
#include "detect/structural_key.hpp"
#include "detect/top_level_domains.hpp"
#include "detect/words.hpp"

using namespace bulkhead::detect;

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

bool plain_luhn(const std::uint8_t* end, std::size_t length) {
  int sum = 0;
  for (std::size_t i = 0; i < length; ++i) {
    int d = end[-1 - static_cast<std::ptrdiff_t>(i)] - '0';
    if (i % 2 == 1) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  return sum % 10 == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kRoom = 128;
  std::vector<std::uint8_t> bytes(kRoom + size);
  if (size != 0) std::memcpy(bytes.data() + kRoom, data, size);
  const std::uint8_t* const end = bytes.data() + bytes.size();

  std::size_t digits = 0;
  while (digits < size && end[-1 - static_cast<std::ptrdiff_t>(digits)] >= '0' &&
         end[-1 - static_cast<std::ptrdiff_t>(digits)] <= '9')
    ++digits;
  const std::uint64_t mask = digits_before(end);
  expect(last_group(mask) == (digits < kDigitHistory ? digits : kDigitHistory), "the group of digits is miscounted");
  for (std::size_t length = 1; length <= digits && length <= kMaxCardDigits; ++length) {
    expect(luhn_valid(end, length) == plain_luhn(end, length), "the Luhn check is wrong");
    std::uint32_t first_six = 0;
    for (std::size_t i = 0; i < 6 && i < length; ++i) first_six = first_six * 10 + ((end - length)[i] - 48U);
    if (length >= kMinCardDigits && issuer_weight(first_six, length) != IssuerWeight::none)
      expect(issuer_possible(first_six / 100000, length), "an issuer the quick test does not know");
  }
  const StructuralKey key = structural_key(end);
  expect(key.empty() || (key.name >= bytes.data() && key.end() <= end), "a key outside the context");
  static_cast<void>(topics_in(bytes.data() + kRoom, end, true));
  static_cast<void>(is_top_level_domain(bytes.data() + kRoom, size));
  return 0;
}
