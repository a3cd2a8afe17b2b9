#pragma once

#include "bulkhead/command_run.hpp"

/// What JavaScript calls an outcome.
inline const char* name_of(bulkhead::nftables::Outcome outcome) {
  using bulkhead::nftables::Outcome;
  switch (outcome) {
    case Outcome::kDone:
      return "done";
    case Outcome::kNotPermitted:
      return "not-permitted";
    case Outcome::kNamespaceUnavailable:
      return "namespace-unavailable";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kNoResources:
      break;
  }
  return "no-resources";
}
