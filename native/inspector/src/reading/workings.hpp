#pragma once

#include <cstdint>

#include "bulkhead/detection.hpp"
#include "bulkhead/exception.hpp"
#include "bulkhead/scanner.hpp"
#include "codec/decode_pool.hpp"

namespace bulkhead {

/// Takes what is found in a field, and what could not be looked at.
class FieldSink : public DetectionSink {
 public:
  /// `bytes` of the field (0 when not known yet) were not decoded or not searched, for this reason.
  virtual void not_decoded(Exception reason, std::uint64_t bytes) noexcept = 0;
  void not_searched(Exception reason, std::uint64_t bytes) noexcept final { not_decoded(reason, bytes); }

 protected:
  ~FieldSink() = default;
};

}  // namespace bulkhead

namespace bulkhead::reading {

/// Encodings within a field that are taken off each other. Real traffic has one or two; each further one multiplies
/// the work that a sender can ask for.
inline constexpr unsigned kDeepest = 3;
/// What compressed data inside a field may come to: so much whatever the field's size, and so many times its size.
inline constexpr std::uint64_t kFreeDecoded = 1U << 20;
inline constexpr std::uint64_t kDecodedRatio = 64;

/// What all readings of one field share.
struct Workings {
  DecodePool& decoders;
  // Of the call that is going on.
  Scratch* scratch = nullptr;
  FieldSink* sink = nullptr;
  // Of the field.
  std::uint64_t input = 0;
  std::uint64_t decoded = 0;      ///< out of compressed data
  std::uint64_t not_decoded = 0;  ///< came after the budget was used up
  bool exhausted = false;
  bool too_deep = false;

  void begin_field() noexcept {
    input = decoded = not_decoded = 0;
    exhausted = too_deep = false;
  }
  /// Counts what a decompressor made; false when it is too much.
  bool spend(std::uint64_t bytes) noexcept {
    decoded += bytes;
    return decoded <= kFreeDecoded + kDecodedRatio * input;
  }
  void exhaust() noexcept {
    if (exhausted) return;
    exhausted = true;
    sink->not_decoded(Exception::decode_budget, 0);
  }
  void reach_bottom() noexcept {
    if (too_deep) return;
    too_deep = true;
    sink->not_decoded(Exception::depth_limit, 0);
  }
};

}  // namespace bulkhead::reading
