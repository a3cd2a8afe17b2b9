#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "source/workers.hpp"

namespace bulkhead::binding {

/// What a worker thread sends to JavaScript: a batch of events or a session's packets.
struct WorkersMessage {
  EventBatch events;
  SessionCapture capture;
};

/// A set of workers and the bounded channel through which they reach JavaScript.
class WorkersChannel final : public WorkersOutput {
 public:
  /// Batches that may wait for JavaScript; what comes when all places are taken is lost, and counted.
  static constexpr std::size_t kWaitingMessages = 64;
  /// Bytes of captures that may wait at once.
  static constexpr std::size_t kWaitingCaptureBytes = 32U << 20;

  /// Starts the threads. `callback(kind, source, lost, session, content)`: kind 0 brings records, 1 a pcapng file.
  static std::shared_ptr<WorkersChannel> open(Napi::Env env, const WorkersOptions& options, Napi::Function callback);

  [[nodiscard]] Workers& workers() noexcept { return *workers_; }
  /// Resolves once the threads ended and everything they sent was delivered.
  Napi::Promise stop(Napi::Env env);

  bool on_events(EventBatch&& batch) noexcept override;
  bool on_capture(SessionCapture&& capture) noexcept override;

 private:
  static void deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<WorkersChannel>* channel,
                      WorkersMessage* message);
  using Function = Napi::TypedThreadSafeFunction<std::shared_ptr<WorkersChannel>, WorkersMessage, deliver>;
  friend class StopWork;

  bool send(std::unique_ptr<WorkersMessage> message) noexcept;
  void close() { function_.Release(); }

  Function function_;
  std::unique_ptr<Workers> workers_;
  std::atomic<std::size_t> waiting_capture_bytes_{0};
  std::optional<Napi::Promise::Deferred> stopped_;
};

}  // namespace bulkhead::binding
