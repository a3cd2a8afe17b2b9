#pragma once

#include <memory>
#include <vector>

#include "bulkhead/scanner.hpp"
#include "decide/sensor_state.hpp"
#include "source/event_record.hpp"

namespace bulkhead {

/// Finds sensitive data in one text (a file, an input), given in pieces of any size, and judges it by the program's
/// sensors. A text has no direction: a sensor of either direction applies.
class TextScan final : private DetectionSink {
 public:
  TextScan(std::shared_ptr<const Program> program, Scratch& scratch);

  /// Appends the findings that the bytes complete, one for each sensor that a datum concerns.
  void write(Bytes bytes, std::vector<EventRecord>& found);
  /// The text is over: what touched its end is judged.
  void end(std::vector<EventRecord>& found);

 private:
  void detected(const Detection& detection) noexcept override;

  std::shared_ptr<const Program> program_;
  Scratch& scratch_;
  ContentScanner scanner_;
  SensorState request_;
  SensorState response_;
  std::vector<EventRecord>* found_ = nullptr;
};

}  // namespace bulkhead
