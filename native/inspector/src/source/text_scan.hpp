#pragma once

#include <array>
#include <memory>
#include <vector>

#include "codec/decode_pool.hpp"
#include "decide/own_names.hpp"
#include "decide/sensor_state.hpp"
#include "reading/field_scanner.hpp"
#include "source/event_record.hpp"

namespace bulkhead {

/// Finds sensitive data in one text (a file, an input), given in pieces of any size, and judges it by the program's
/// sensors. A text has no direction: a sensor of either direction applies.
class TextScan final : private FieldSink {
 public:
  TextScan(std::shared_ptr<const Program> program, Scratch& scratch);

  /// Appends the findings that the bytes complete, one for each sensor that a datum concerns.
  void write(Bytes bytes, std::vector<EventRecord>& found);
  /// The text is over: what touched its end is judged. Appends also, once for each reason, an exception with the bytes
  /// that were not inspected; 0 where their number is not known.
  void end(std::vector<EventRecord>& found);

 private:
  void detected(const Detection& detection) noexcept override;
  void not_decoded(Exception reason, std::uint64_t bytes) noexcept override;

  std::shared_ptr<const Program> program_;
  Scratch& scratch_;
  DecodePool decoders_{DecodeLimits{}};
  FieldScanner scanner_;
  SensorState request_;
  SensorState response_;
  OwnNames own_names_;
  std::array<std::uint64_t, kExceptionCount> not_inspected_{};
  std::array<bool, kExceptionCount> met_{};
  std::vector<EventRecord>* found_ = nullptr;
};

}  // namespace bulkhead
