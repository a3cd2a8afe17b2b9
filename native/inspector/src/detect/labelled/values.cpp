#include "detect/labelled/values.hpp"

namespace bulkhead::detect::labelled {

BuiltIn detector_of(Value value) noexcept {
  switch (value) {
    case Value::aws_secret_key:
      return kAwsSecretKey;
    case Value::azure_access_key:
      return kAzureAccessKey;
    case Value::datadog_key:
      return kDatadogKey;
  }
  return kAwsSecretKey;
}

Judged judge_value(const Place& place, const Label& label, Findings& found) noexcept {
  switch (label.value) {
    case Value::aws_secret_key:
      return judge_aws_secret_key(place, label.certain, found);
    case Value::azure_access_key:
      return judge_azure_access_key(place, found);
    case Value::datadog_key:
      return judge_datadog_key(place, label.certain, found);
  }
  return Judged::decided;
}

}  // namespace bulkhead::detect::labelled
