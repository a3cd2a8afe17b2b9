#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bulkhead/engine.hpp"
#include "source/conversation_set.hpp"
#include "source/event_record.hpp"
#include "source/failure.hpp"
#include "source/nf_queue.hpp"
#include "source/tap.hpp"

namespace bulkhead {

/// The kept packets of a session that was blocked.
struct SessionCapture {
  std::uint32_t source = 0;
  std::uint64_t session = 0;
  std::vector<std::uint8_t> pcapng;
};

/// Where workers hand over what they saw. Called on worker threads, must not block.
class WorkersOutput {
 public:
  /// False when there is no room: the worker counts the batch as lost and says so with the next one.
  virtual bool on_events(EventBatch&& batch) noexcept = 0;
  virtual bool on_capture(SessionCapture&& capture) noexcept = 0;

 protected:
  ~WorkersOutput() = default;
};

struct WorkersOptions {
  unsigned threads = 1;
  EngineLimits limits;  ///< of each engine: a worker has one for each set of exception policies, and others for taps
  std::size_t capture_ring_bytes = 4U << 20;  ///< of each worker
};

/// A compiled program and the number that event records name it by.
struct NumberedProgram {
  std::shared_ptr<const Program> program;
  std::uint32_t number = 0;
};

/// How the packets of one source are inspected.
struct SourceSettings {
  NumberedProgram program;
  ExceptionPolicies exceptions;
  bool capture = false;  ///< queues: keep packets, and hand them over when their session is blocked
  std::shared_ptr<const ApplicationRules> applications = {};  ///< null: whatever they like may be spoken
};

struct SourceCounters {
  std::uint64_t packets = 0, bytes = 0;
  std::uint64_t forwarded = 0, modified = 0, dropped = 0, reset = 0, offloaded = 0;
  std::uint64_t overruns = 0;          ///< packets that found the queue or ring full
  std::uint64_t refused_verdicts = 0;  ///< verdicts that the kernel did not take
};

struct WorkersCounters {
  Counters engines;  ///< summed over all engines
  std::uint64_t events_lost = 0;
  std::uint64_t captures_lost = 0;
  std::uint64_t conversations_lost = 0;  ///< recognised when their source's set was full
  std::map<std::uint32_t, SourceCounters> sources;
};

class Worker;

/// Threads that serve packet queues and taps. Each owns its engines and its sources; they share nothing.
class Workers {
 public:
  static constexpr unsigned kMaxThreads = 256;

  /// `output` must outlive this.
  Workers(const WorkersOptions& options, WorkersOutput& output);
  /// Stops.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Opens the source and gives it to the worker with the fewest. `number` names it from now on, in records too, and
  /// must not be in use.
  SourceFailure add_queue(std::uint32_t number, const QueueOptions& options, const SourceSettings& settings);
  SourceFailure add_tap(std::uint32_t number, const TapOptions& options, const SourceSettings& settings);
  /// Whether there is such a source.
  bool set_program(std::uint32_t number, NumberedProgram program);
  bool set_applications(std::uint32_t number, std::shared_ptr<const ApplicationRules> rules);
  bool remove(std::uint32_t number);
  /// What was recognised in a source's sessions since it was last asked for; nothing of a source that is not there.
  [[nodiscard]] std::vector<ConversationRecord> take_conversations(std::uint32_t number);
  /// Those of removed sources are gone; after `stop`, as they were when it was called.
  [[nodiscard]] WorkersCounters counters();
  /// Answers what waits in the queues, unbinds them, and ends the threads.
  void stop();

 private:
  [[nodiscard]] WorkersCounters sum_counters();
  [[nodiscard]] Worker* least_loaded() noexcept;
  [[nodiscard]] Worker* owner_of(std::uint32_t number) noexcept;

  WorkersOptions options_;
  std::mutex mutex_;  ///< one caller at a time; workers never take it
  std::vector<std::unique_ptr<Worker>> workers_;
  std::map<std::uint32_t, Worker*> owners_;
  std::map<Worker*, std::size_t> loads_;
  WorkersCounters final_;
};

}  // namespace bulkhead
