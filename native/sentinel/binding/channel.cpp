#include "channel.hpp"

#include <utility>

namespace bulkhead::sentinel::binding {
namespace {

const char* access_name(Access access) noexcept {
  if (access == kRead) return "read";
  return access == kWrite ? "write" : "execute";
}

Napi::Object to_object(Napi::Env env, const Event& event) {
  auto object = Napi::Object::New(env);
  object.Set("kind", event.of_file ? "file" : "process");
  object.Set("id", event.container);
  object.Set("verdict", event.blocked ? "block" : "alert");
  object.Set("policy", event.policy);
  if (!event.rule.empty()) object.Set("rule", event.rule);
  object.Set("path", event.path);
  if (event.of_file) object.Set("access", access_name(event.access));
  object.Set("executable", event.executable);
  object.Set("pid", event.process);
  object.Set("uid", event.user);
  object.Set("at", static_cast<double>(event.at_ms));
  return object;
}

}  // namespace

std::shared_ptr<Channel> Channel::open(Napi::Env env, Napi::Function callback, Failure& failure) {
  auto channel = std::make_shared<Channel>();
  channel->watcher_ = std::make_unique<Watcher>(*channel);
  auto* context = new std::shared_ptr<Channel>(channel);
  channel->function_ = Function::New(
      env, callback, "bulkhead-sentinel", kWaitingMessages, 1, context,
      [](Napi::Env final_env, void*, std::shared_ptr<Channel>* held) {
        // Also reached without `stop`, when the environment ends first.
        (*held)->watcher_->stop();
        if ((*held)->stopped_) (*held)->stopped_->Resolve(final_env.Undefined());
        delete held;
      },
      static_cast<void*>(nullptr));
  failure = channel->watcher_->start();
  if (!failure.failed()) return channel;
  channel->function_.Release();
  return nullptr;
}

Napi::Promise Channel::stop(Napi::Env env) {
  if (!stopped_) {
    stopped_ = Napi::Promise::Deferred::New(env);
    // The thread waits for nothing that this one does.
    watcher_->stop();
    function_.Release();
  }
  return stopped_->Promise();
}

bool Channel::on_events(std::vector<Event>&& events, std::uint64_t lost) noexcept {
  auto message = std::make_unique<Message>(Message{std::move(events), lost});
  if (function_.NonBlockingCall(message.get()) != napi_ok) return false;
  [[maybe_unused]] auto* taken = message.release();  // `deliver` owns it now
  return true;
}

void Channel::deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<Channel>*, Message* message) {
  const std::unique_ptr<Message> owned(message);
  // The environment is gone when the process ends in the middle.
  if (static_cast<napi_env>(env) == nullptr) return;
  const Napi::HandleScope scope(env);
  auto events = Napi::Array::New(env, message->events.size());
  for (std::size_t i = 0; i < message->events.size(); ++i) {
    events.Set(static_cast<std::uint32_t>(i), to_object(env, message->events[i]));
  }
  callback.Call({events, Napi::Number::New(env, static_cast<double>(message->lost))});
}

}  // namespace bulkhead::sentinel::binding
