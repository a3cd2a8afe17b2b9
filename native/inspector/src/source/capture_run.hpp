#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "bulkhead/engine.hpp"
#include "source/byte_input.hpp"
#include "source/event_record.hpp"

namespace bulkhead {

/// Receives what the inspection of a capture yields, on the thread that runs it.
class CaptureRunOutput {
 public:
  /// Up to EventBatch::kRecords events, in order. False stops the run.
  virtual bool on_events(std::vector<EventRecord> records) = 0;
  /// Called now and then with the bytes read from the descriptor. False stops the run.
  virtual bool on_progress(std::uint64_t bytes_read) = 0;

 protected:
  ~CaptureRunOutput() = default;
};

struct CaptureRunResult {
  Counters counters;
  /// Why the run ended early; everything before was delivered.
  SourceFailure failure;
};

struct CaptureRunOptions {
  EngineLimits limits;
  ExceptionPolicies exceptions;
  /// Captures taken on a sending host hold checksums that the network card would have filled in.
  bool verify_checksums = true;
  /// Judge every packet as a queue would: at its end, and what a session carries after a block is no longer looked at.
  /// Nothing is changed or held back in the capture; segments out of order count as dropped.
  bool as_inline = false;
};

/// Inspects a whole capture under one program, in bounded memory. Stops soon after `*cancelled` becomes true.
CaptureRunResult run_capture(ByteInput& input, std::shared_ptr<const Program> program, const CaptureRunOptions& options,
                             CaptureRunOutput& output, const std::atomic<bool>& cancelled);

}  // namespace bulkhead
