#include "detect/labelled/label.hpp"

#include <algorithm>
#include <array>

#include "detect/char_class.hpp"

namespace bulkhead::detect::labelled {
namespace {

// Each holds one of the anchors that lane/anchors.hpp has for labels; a longer one stands before those it ends in.
// clang-format off
constexpr Label kLabels[] = {
    {"secretaccesskey", kAwsSecretKey, true}, {"awssecretkey", kAwsSecretKey, true},
    {"secretkey", kAwsSecretKey, false},
    {"accountkey", kAzureAccessKey, true}, {"accesskey", kAzureAccessKey, false},
    {"ddapikey", kDatadogKey, true}, {"datadogapikey", kDatadogKey, true},
    {"apikey", kDatadogKey, false},
};
// clang-format on

constexpr std::size_t longest() {
  std::size_t most = 0;
  for (const Label& label : kLabels) most = std::max(most, label.text.size());
  return most;
}
constexpr std::size_t kLongest = longest();
static_assert(2 * kLongest <= kMaxLabelBytes, "a separator before every letter");

constexpr bool separates(std::uint8_t b) noexcept { return b == '_' || b == '-' || b == '.' || b == ' '; }

}  // namespace

const Label* label_ending_at(const std::uint8_t* end) noexcept {
  // The name's letters and digits from its end on, and at which of them a word starts.
  std::array<char, kLongest> reversed{};
  std::array<bool, kLongest + 1> starts{};
  std::size_t size = 0;
  for (const std::uint8_t* p = end;;) {
    bool mark = false;
    if (size > 0 && separates(p[-1])) {
      mark = true;
      --p;
    }
    const std::uint8_t before = p[-1];
    const bool escape = (before == 'n' || before == 't' || before == 'r') && p[-2] == '\\';
    const bool goes_on = is(before, kAlnum) && !escape;
    if (size > 0) {
      const bool camel = is(before, kLower | kDigit) && is(*p, kUpper);
      starts[size] = mark || !goes_on || camel || is(before, kDigit) != is(*p, kDigit);
    }
    if (!goes_on || size == kLongest) break;
    reversed[size++] = static_cast<char>(lower(before));
    --p;
  }
  for (const Label& label : kLabels) {
    const std::size_t length = label.text.size();
    if (length > size || !starts[length]) continue;
    if (std::equal(label.text.rbegin(), label.text.rend(), reversed.begin())) return &label;
  }
  return nullptr;
}

}  // namespace bulkhead::detect::labelled
