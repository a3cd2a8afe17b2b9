#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <vector>

#include "source/watcher.hpp"

namespace bulkhead::sentinel::binding {

/// What a watcher's thread sends to JavaScript.
struct Message {
  std::vector<Event> events;
  std::uint64_t lost = 0;
};

/// A watcher and the bounded channel through which it reaches JavaScript.
class Channel final : public EventSink {
 public:
  /// Batches that may wait for JavaScript; what comes when all places are taken is lost, and counted.
  static constexpr std::size_t kWaitingMessages = 64;

  /// Starts the thread; nothing, and the failure, where it cannot. `callback(events, lost)`.
  static std::shared_ptr<Channel> open(Napi::Env env, Napi::Function callback, Failure& failure);

  [[nodiscard]] Watcher& watcher() noexcept { return *watcher_; }
  /// Resolves once the thread ended and everything it sent was delivered.
  Napi::Promise stop(Napi::Env env);

  bool on_events(std::vector<Event>&& events, std::uint64_t lost) noexcept override;

 private:
  static void deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<Channel>* channel, Message* message);
  using Function = Napi::TypedThreadSafeFunction<std::shared_ptr<Channel>, Message, deliver>;

  Function function_;
  std::unique_ptr<Watcher> watcher_;
  std::optional<Napi::Promise::Deferred> stopped_;
};

}  // namespace bulkhead::sentinel::binding
