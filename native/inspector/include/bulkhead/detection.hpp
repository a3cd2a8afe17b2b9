#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "bulkhead/encoding.hpp"
#include "bulkhead/exception.hpp"

namespace bulkhead {

/// How sure a detection is. The order is the order of sureness.
enum class Confidence : std::uint8_t { none, low, medium, high };

/// Dense number of a detector: built-in detectors first (see detector.hpp), then a program's own literals.
using DetectorIndex = std::uint16_t;

inline constexpr std::size_t kMaxMasked = 64;
inline constexpr std::size_t kMaxKey = 48;

/// One sensitive datum in one field. Carries no unmasked digit beyond what `masked` shows, except `fingerprint`,
/// a keyed hash used only to count distinct values inside the process.
struct Detection {
  DetectorIndex detector = 0;
  Confidence confidence = Confidence::none;
  bool known_test = false;                    ///< a published test number (flagged, still reported)
  std::uint64_t offset = 0;                   ///< of the first byte, in the field: of an encoded datum, where its encoded form begins
  std::uint32_t length = 0;                   ///< of the datum as written, separators and encoding included
  std::uint64_t fingerprint = 0;
  std::uint8_t masked_length = 0;
  std::uint8_t key_length = 0;
  std::array<char, kMaxMasked> masked{};      ///< such as 411111******1111
  std::array<char, kMaxKey> key{};            ///< structural key in front of the datum (JSON, form, header, XML)
  EncodingChain encodings{};                  ///< what was taken off within the field to find it
  bool in_place = true;                       ///< its letters and digits stand in the field as themselves

  [[nodiscard]] std::string_view masked_view() const noexcept { return {masked.data(), masked_length}; }
  [[nodiscard]] std::string_view key_view() const noexcept { return {key.data(), key_length}; }
};

class DetectionSink {
 public:
  virtual void detected(const Detection& detection) noexcept = 0;
  /// So many bytes (0 when not known) were not searched for every detector, for this reason.
  virtual void not_searched(Exception reason, std::uint64_t bytes) noexcept = 0;

 protected:
  ~DetectionSink() = default;
};

}  // namespace bulkhead
