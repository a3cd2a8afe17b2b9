#include "detect/labelled/values.hpp"

#include <algorithm>
#include <array>

#include "detect/char_class.hpp"
#include "detect/structural_key.hpp"
#include "detect/wallet/judge.hpp"

namespace bulkhead::detect::labelled {

Judged judge_value(const Place& place, const Label& label, Findings& found) noexcept {
  switch (label.detector) {
    case kAwsSecretKey: return judge_aws_secret_key(place, label.certain, found);
    case kAzureAccessKey: return judge_azure_access_key(place, found);
    case kDatadogKey: return judge_datadog_key(place, label.certain, found);
    case kDateOfBirth: return judge_date_of_birth(place, found);
    case kDeIdentityCard: return judge_de_identity_card(place, found);
    case kClRut: return judge_bare_rut(place, found);
    case kPostalAddress: return judge_postal_address(place, found);
    case kBic: return judge_bic(place, found);
    case kCusip: return judge_cusip(place, found);
    case kBitcoinAddress: return wallet::judge_base58(place.view, place.event, place.start, found);
    case kIpAddress: return judge_ip_address(place, found);
    case kMacAddress: return judge_mac_address(place, found);
    case kGeoCoordinates: return judge_coordinates(place, found);
    case kIcd10Code: return judge_icd10(place, found);
    default: return Judged::decided;
  }
}

void add_named(const Place& place, const NamedValue& value, Findings& found) noexcept {
  const auto length = static_cast<std::size_t>(value.end - place.start);
  Detection* const detection = found.add(place.view, value.detector, place.start, length, value.confidence);
  if (detection == nullptr) return;
  std::array<std::uint8_t, kLookAhead> plain;
  std::size_t size = 0;
  for (const std::uint8_t* p = place.start; p < value.end && size < plain.size(); ++p)
    if (is(*p, kAlnum)) plain[size++] = lower(*p);
  detection->fingerprint = fingerprint(value.detector, plain.data(), size);
  detection->known_test = value.known_test;
  set_key(*detection, structural_key(place.start), place.start);
  const std::size_t shown = std::min(value.shown, length);
  mask_fill(*detection, length - shown);
  mask_append(*detection, value.end - shown, shown);
}

}  // namespace bulkhead::detect::labelled
