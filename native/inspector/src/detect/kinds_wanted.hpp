#pragma once

#include "detect/candidate.hpp"
#include "detect/detector_set.hpp"
#include "detect/identity/rules.hpp"

namespace bulkhead::detect {

/// Families of detectors of which some are enabled: where none is, their events need not be told apart.
struct KindsWanted {
  bool identities = false;  ///< one of identity/, or what its events show
  bool tokens = false;      ///< one of secret/
  bool labels = false;      ///< one of labelled/
  bool names = false;       ///< one that only anchors of names, records and wallets lead to: all of those but kMrz
};

constexpr KindsWanted kinds_wanted(const DetectorSet& enabled) noexcept {
  const bool names = enabled.any_of(kFirstNamed, kMrz) || enabled.any_of(kMrz + 1U, kLastNamed + 1U) || enabled.has(kClRut);
  return {enabled.any_of(kFirstIdentity, kFirstIdentity + identity::kRuleCount) || enabled.has(kMrz),
          enabled.any_of(kFirstToken, kLastToken + 1U),
          enabled.any_of(kFirstLabelled, kLastLabelled + 1U) || names, names};
}

}  // namespace bulkhead::detect
