#pragma once

#include <array>
#include <string_view>

#include "bulkhead/detection.hpp"

namespace bulkhead {

/// How much a detector's own check proves. `checksum`: one random value in at least 97 fails to be caught;
/// `weak_checksum`: about one in ten passes; `shape`: no checksum; `anchored`: a literal that stands for itself.
enum class Strength : std::uint8_t { checksum, weak_checksum, shape, anchored };

struct DetectorInfo {
  std::string_view id;  ///< stable, kebab-case: policies and reports name it
  Strength strength;
};

/// The built-in detectors; a DetectorIndex below the size of this table is an index into it.
inline constexpr std::array<DetectorInfo, 11> kDetectors{{
    {"payment-card", Strength::weak_checksum},
    {"us-ssn", Strength::shape},
    {"iban", Strength::checksum},
    {"email", Strength::shape},
    {"phone", Strength::shape},
    {"jwt", Strength::anchored},
    {"private-key", Strength::anchored},
    {"aws-access-key", Strength::anchored},
    {"github-token", Strength::anchored},
    {"slack-token", Strength::anchored},
    {"stripe-key", Strength::anchored},
}};

}  // namespace bulkhead
