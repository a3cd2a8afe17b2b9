#include "detect/labelled/values.hpp"

namespace bulkhead::detect::labelled {

Judged judge_value(const Place& place, const Label& label, Findings& found) noexcept {
  switch (label.detector) {
    case kAwsSecretKey:
      return judge_aws_secret_key(place, label.certain, found);
    case kAzureAccessKey:
      return judge_azure_access_key(place, found);
    case kDatadogKey:
      return judge_datadog_key(place, label.certain, found);
    default:
      return Judged::decided;
  }
}

}  // namespace bulkhead::detect::labelled
