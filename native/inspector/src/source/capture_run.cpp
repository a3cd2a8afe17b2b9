#include "source/capture_run.hpp"

#include <algorithm>
#include <utility>

#include "source/capture_reader.hpp"
#include "source/random_key.hpp"

namespace bulkhead {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
/// Progress is for people: often enough to look alive, rarely enough to cost nothing.
constexpr std::uint64_t kProgressBytes = 4U << 20;

class BatchingSink final : public EventSink {
 public:
  explicit BatchingSink(CaptureRunOutput& output) : output_(output) { records_.reserve(EventBatch::kRecords); }

  void on_event(const Event& event) noexcept override {
    records_.push_back(make_record(event, 0, 0));
    if (records_.size() == EventBatch::kRecords) flush();
  }
  void flush() {
    if (records_.empty()) return;
    if (open_ && !output_.on_events(std::exchange(records_, {}))) open_ = false;
    records_.clear();
    records_.reserve(EventBatch::kRecords);
  }
  [[nodiscard]] bool open() const noexcept { return open_; }

 private:
  CaptureRunOutput& output_;
  std::vector<EventRecord> records_;
  bool open_ = true;
};

}  // namespace

CaptureRunResult run_capture(ByteInput& input, std::shared_ptr<const Program> program, const CaptureRunOptions& options,
                             CaptureRunOutput& output, const std::atomic<bool>& cancelled) {
  EngineConfig config;
  config.limits = options.limits;
  config.exceptions = options.exceptions;
  config.verify_checksums = options.verify_checksums;
  config.inline_mode = options.as_inline;
  fill_hash_key(config);
  BatchingSink sink(output);
  Engine engine(config, sink);
  engine.set_program(0, std::move(program));

  CaptureReader reader(input);
  RawPacket packet;
  std::uint64_t newest_ns = 0;
  std::uint64_t expired_ns = 0;
  std::uint64_t reported = 0;
  bool stopped = false;
  while (reader.next(packet)) {
    engine.inspect(packet);
    newest_ns = std::max(newest_ns, packet.time_ns);
    if (newest_ns - expired_ns >= kSecondNs) {
      expired_ns = newest_ns;
      engine.expire(newest_ns);
    }
    if (input.bytes_read() - reported >= kProgressBytes) {
      reported = input.bytes_read();
      // What was found so far is worth more early than late on a slow pipe or a huge file.
      sink.flush();
      stopped = !output.on_progress(reported);
    }
    if (stopped || !sink.open() || cancelled.load(std::memory_order_relaxed)) {
      stopped = true;
      break;
    }
  }
  engine.finish();
  sink.flush();
  output.on_progress(input.bytes_read());

  CaptureRunResult result{engine.counters(), reader.failure()};
  if (stopped && !result.failure.failed())
    result.failure = {SourceError::cancelled, "the inspection was cancelled"};
  return result;
}

}  // namespace bulkhead
