#include "source/text_scan.hpp"

#include <utility>

namespace bulkhead {

TextScan::TextScan(std::shared_ptr<const Program> program, Scratch& scratch)
    : program_(std::move(program)), scratch_(scratch), scanner_(program_, decoders_) {
  scanner_.begin();
}

void TextScan::write(Bytes bytes, std::vector<EventRecord>& found) {
  found_ = &found;
  scanner_.scan(bytes, scratch_, *this);
}

void TextScan::end(std::vector<EventRecord>& found) {
  found_ = &found;
  scanner_.end(scratch_, *this);
  for (std::size_t i = 0; i < kExceptionCount; ++i) {
    if (!met_[i]) continue;
    Event event{EventKind::exception, 0, 0, Direction::request, nullptr, nullptr};
    event.exception = static_cast<Exception>(i);
    event.bytes_not_inspected = not_inspected_[i];
    found.push_back(make_record(event, 0, 0));
  }
}

void TextScan::not_decoded(Exception reason, std::uint64_t bytes) noexcept {
  met_[static_cast<std::size_t>(reason)] = true;
  not_inspected_[static_cast<std::size_t>(reason)] += bytes;
}

void TextScan::detected(const Detection& found) noexcept {
  Detection detection = found;
  own_names_.hide(detection, program_);
  std::uint64_t reported = 0;  // bit s: sensor s
  for (const Direction direction : {Direction::request, Direction::response}) {
    SensorMatches matches;
    SensorState::Client nobody;
    (direction == Direction::request ? request_ : response_).judge(*program_, detection, direction, matches, nobody);
    for (const SensorMatch& match : matches) {
      const std::uint64_t bit = std::uint64_t{1} << match.sensor;
      if ((reported & bit) != 0) continue;
      reported |= bit;
      Event event{EventKind::finding, 0, 0, direction, nullptr, &detection};
      event.sensor = match.sensor;
      event.verdict = match.verdict;
      found_->push_back(make_record(event, 0, 0));
    }
  }
}

}  // namespace bulkhead
