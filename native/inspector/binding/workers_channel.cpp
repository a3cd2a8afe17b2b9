#include "workers_channel.hpp"

#include <cstring>
#include <utility>

#include "addon.hpp"

namespace bulkhead::binding {

/// Joins the worker threads away from the JavaScript thread.
class StopWork final : public Napi::AsyncWorker {
 public:
  StopWork(Napi::Env env, std::shared_ptr<WorkersChannel> channel) : AsyncWorker(env), channel_(std::move(channel)) {}

 private:
  void Execute() override { channel_->workers().stop(); }
  void OnOK() override { channel_->close(); }

  std::shared_ptr<WorkersChannel> channel_;
};

std::shared_ptr<WorkersChannel> WorkersChannel::open(Napi::Env env, const WorkersOptions& options,
                                                     Napi::Function callback) {
  auto channel = std::make_shared<WorkersChannel>();
  auto* context = new std::shared_ptr<WorkersChannel>(channel);
  channel->function_ = Function::New(
      env, callback, "bulkhead-workers", kWaitingMessages, 1, context,
      [](Napi::Env final_env, void*, std::shared_ptr<WorkersChannel>* held) {
        // Also reached without `stop`, when the environment ends first.
        (*held)->workers_->stop();
        if ((*held)->stopped_) (*held)->stopped_->Resolve(final_env.Undefined());
        delete held;
      },
      static_cast<void*>(nullptr));
  channel->workers_ = std::make_unique<Workers>(options, *channel);
  return channel;
}

Napi::Promise WorkersChannel::stop(Napi::Env env) {
  if (!stopped_) {
    stopped_ = Napi::Promise::Deferred::New(env);
    // The work frees itself; it holds the channel meanwhile.
    const auto* held = reinterpret_cast<std::shared_ptr<WorkersChannel>*>(function_.GetContext());
    (new StopWork(env, *held))->Queue();
  }
  return stopped_->Promise();
}

bool WorkersChannel::send(std::unique_ptr<WorkersMessage> message) noexcept {
  if (function_.NonBlockingCall(message.get()) != napi_ok) return false;
  [[maybe_unused]] auto* taken = message.release();  // `deliver` owns it now
  return true;
}

bool WorkersChannel::on_events(EventBatch&& batch) noexcept {
  auto message = std::make_unique<WorkersMessage>();
  message->events = std::move(batch);
  return send(std::move(message));
}

bool WorkersChannel::on_capture(SessionCapture&& capture) noexcept {
  const std::size_t bytes = capture.pcapng.size();
  if (waiting_capture_bytes_.fetch_add(bytes) + bytes > kWaitingCaptureBytes) {
    waiting_capture_bytes_.fetch_sub(bytes);
    return false;
  }
  auto message = std::make_unique<WorkersMessage>();
  message->capture = std::move(capture);
  if (send(std::move(message))) return true;
  waiting_capture_bytes_.fetch_sub(bytes);
  return false;
}

void WorkersChannel::deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<WorkersChannel>* channel,
                             WorkersMessage* message) {
  const std::unique_ptr<WorkersMessage> owned(message);
  const std::vector<std::uint8_t>& pcapng = message->capture.pcapng;
  (*channel)->waiting_capture_bytes_.fetch_sub(pcapng.size());
  // The environment is gone when the process ends in the middle.
  if (static_cast<napi_env>(env) == nullptr) return;
  const Napi::HandleScope scope(env);
  const bool is_capture = !pcapng.empty();
  Napi::ArrayBuffer content;
  if (is_capture) {
    content = Napi::ArrayBuffer::New(env, pcapng.size());
    std::memcpy(content.Data(), pcapng.data(), pcapng.size());
  } else {
    content = to_buffer(env, message->events.records);
  }
  callback.Call({Napi::Number::New(env, is_capture ? 1 : 0), Napi::Number::New(env, message->capture.source),
                 Napi::Number::New(env, static_cast<double>(message->events.lost)),
                 Napi::BigInt::New(env, message->capture.session), content});
}

}  // namespace bulkhead::binding
