#include "detect/labelled/label.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "detect/char_class.hpp"

namespace bulkhead::detect::labelled {
namespace {

// Each of a secret, and most of the others, holds one of the anchors that lane/anchors.hpp has for names; those without one
// count as the name of a field alone. A longer one stands before those it ends in.
// clang-format off
constexpr Label kLabels[] = {
    {"secretaccesskey", kAwsSecretKey, true}, {"awssecretkey", kAwsSecretKey, true},
    {"secretkey", kAwsSecretKey, false},
    {"accountkey", kAzureAccessKey, true}, {"accesskey", kAzureAccessKey, false},
    {"ddapikey", kDatadogKey, true}, {"datadogapikey", kDatadogKey, true},
    {"apikey", kDatadogKey, false},

    {"dateofbirth", kDateOfBirth, true, "bir"}, {"birthdate", kDateOfBirth, true, "bir"},
    {"birthday", kDateOfBirth, true, "bir"}, {"birthdt", kDateOfBirth, true, "bir"},
    {"dob", kDateOfBirth, true, "dob"}, {"geburtsdatum", kDateOfBirth, true, "geb"},
    {"geburtstag", kDateOfBirth, true, "geb"}, {"geborenam", kDateOfBirth, true, "geb"},
    {"fechadenacimiento", kDateOfBirth, true, "nac"}, {"fechanacimiento", kDateOfBirth, true, "nac"},
    {"datadenascimento", kDateOfBirth, true}, {"datanascimento", kDateOfBirth, true},
    {"datedenaissance", kDateOfBirth, true}, {"datenaissance", kDateOfBirth, true},
    {"datadinascita", kDateOfBirth, true}, {"geboortedatum", kDateOfBirth, true, "geb"},
    {"personalausweisnummer", kDeIdentityCard, true, "usw"}, {"personalausweisnr", kDeIdentityCard, true, "usw"},
    {"ausweisnummer", kDeIdentityCard, true, "usw"}, {"ausweisnr", kDeIdentityCard, true, "usw"},
    {"personalausweis", kDeIdentityCard, true, "usw"}, {"rut", kClRut, true, "rut"}, {"swiftbic", kBic, true, "bic"},
    {"bicswift", kBic, true, "bic"}, {"biccode", kBic, true, "bic"}, {"bic", kBic, true, "bic"},
    {"swiftcode", kBic, true}, {"swift", kBic, true}, {"cusip", kCusip, true, "sip"},
    {"cusipnumber", kCusip, true, "sip"}, {"cusipid", kCusip, true, "sip"},
    {"bitcoinaddress", kBitcoinAddress, true, "tco"}, {"bitcoinwallet", kBitcoinAddress, true, "tco"},
    {"bitcoin", kBitcoinAddress, true, "tco"}, {"btcaddress", kBitcoinAddress, true, "btc"},
    {"btcwallet", kBitcoinAddress, true, "btc"}, {"btc", kBitcoinAddress, true, "btc"},
    {"walletaddress", kBitcoinAddress, false, "dre"}, {"wallet", kBitcoinAddress, false},
    {"macaddress", kMacAddress, true, "dre"}, {"macaddr", kMacAddress, true},
    {"hwaddr", kMacAddress, true}, {"mac", kMacAddress, true}, {"ipaddress", kIpAddress, true, "dre"},
    {"ipaddr", kIpAddress, true}, {"remoteaddr", kIpAddress, true},
    {"clientaddress", kIpAddress, true, "dre"}, {"ip", kIpAddress, true}, {"ipv4", kIpAddress, true},
    {"ipv6", kIpAddress, true}, {"emailaddress", kEmail, false, "dre"}, {"addressline", kPostalAddress, true, "dre"},
    {"address1", kPostalAddress, true, "dre"}, {"address", kPostalAddress, true, "dre"},
    {"addr", kPostalAddress, true}, {"street", kPostalAddress, true}, {"anschrift", kPostalAddress, true},
    {"adresse", kPostalAddress, true}, {"direccion", kPostalAddress, true},
    {"longitude", kGeoCoordinates, true, "tud"}, {"latitude", kGeoCoordinates, true, "tud"},
    {"lng", kGeoCoordinates, true, "lng"}, {"icd10code", kIcd10Code, true, "icd"},
    {"icd10cm", kIcd10Code, true, "icd"}, {"icdcode", kIcd10Code, true, "icd"}, {"icd10", kIcd10Code, true, "icd"},
    {"icd", kIcd10Code, true, "icd"}, {"diagnosiscode", kIcd10Code, true},
};
// clang-format on

constexpr std::size_t longest() {
  std::size_t most = 0;
  for (const Label& label : kLabels) most = std::max(most, label.text.size());
  return most;
}
constexpr std::size_t kLongest = longest();
static_assert(2 * kLongest <= kMaxLabelBytes, "a separator before every letter");

/// The labels by their last letter, in the order of the list: most names end in one that few labels have.
class LabelIndex {
 public:
  consteval LabelIndex() {
    for (std::size_t i = std::size(kLabels); i-- > 0;) {
      std::uint8_t& first = first_[static_cast<std::uint8_t>(kLabels[i].text.back())];
      next_[i] = first;
      first = static_cast<std::uint8_t>(i + 1);
    }
  }
  /// The first label that ends in `letter`, and the one behind `label`; null when there is no further one.
  [[nodiscard]] const Label* first(char letter) const noexcept { return at(first_[static_cast<std::uint8_t>(letter)]); }
  [[nodiscard]] const Label* next(const Label* label) const noexcept { return at(next_[static_cast<std::size_t>(label - kLabels)]); }

 private:
  static_assert(std::size(kLabels) < 256);
  static const Label* at(std::uint8_t number) noexcept { return number == 0 ? nullptr : &kLabels[number - 1U]; }

  std::array<std::uint8_t, 128> first_{};  // number of a label plus one; 0: none
  std::array<std::uint8_t, std::size(kLabels)> next_{};
};
constexpr LabelIndex kIndex;

constexpr bool separates(std::uint8_t b) noexcept { return b == '_' || b == '-' || b == '.' || b == ' '; }

}  // namespace

bool may_end_label_of(const std::uint8_t* end, const DetectorSet& detectors) noexcept {
  std::size_t least = kLongest + 1;
  const std::uint8_t last = end[-1];
  if (!is(last, kAlnum)) return false;
  for (const Label* label = kIndex.first(static_cast<char>(lower(last))); label != nullptr; label = kIndex.next(label))
    if (label->text.size() < least && detectors.has(label->detector)) least = label->text.size();
  if (least > kLongest) return false;
  for (std::size_t i = 2; i <= least; ++i) {
    const std::uint8_t byte = end[-static_cast<std::ptrdiff_t>(i)];
    if (!is(byte, kAlnum) && !separates(byte)) return false;
  }
  return true;
}

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
  for (const Label* label = kIndex.first(reversed[0]); label != nullptr; label = kIndex.next(label)) {
    const std::size_t length = label->text.size();
    if (length > size || !starts[length]) continue;
    if (std::equal(label->text.rbegin(), label->text.rend(), reversed.begin())) return label;
  }
  return nullptr;
}

}  // namespace bulkhead::detect::labelled
