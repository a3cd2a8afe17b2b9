#include "reading/field_scanner.hpp"

#include "reading/escapes.hpp"
#include "reading/run.hpp"

namespace bulkhead {

void FieldScanner::begin(std::string_view key) noexcept {
  workings_.begin_field();
  reading_.begin(key);
}

void FieldScanner::scan(Bytes bytes, Scratch& scratch, FieldSink& sink) noexcept {
  workings_.scratch = &scratch;
  workings_.sink = &sink;
  workings_.input += bytes.size();
  if (workings_.exhausted) workings_.not_decoded += bytes.size();
  reading_.scan(bytes);
}

void FieldScanner::provisional_end(Scratch& scratch, FieldSink& sink) noexcept {
  workings_.scratch = &scratch;
  workings_.sink = &sink;
  reading_.provisional_end();
}

void FieldScanner::end(Scratch& scratch, FieldSink& sink) noexcept {
  workings_.scratch = &scratch;
  workings_.sink = &sink;
  reading_.end();
  if (workings_.not_decoded > 0) sink.not_decoded(Exception::decode_budget, workings_.not_decoded);
  workings_.not_decoded = 0;
}

}  // namespace bulkhead
