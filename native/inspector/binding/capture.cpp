#include <fcntl.h>
#include <sys/eventfd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "addon.hpp"
#include "bulkhead/unique_fd.hpp"
#include "source/capture_run.hpp"

namespace bulkhead::binding {
namespace {

/// Batches that may wait for JavaScript; the inspection then waits too, so that memory stays bounded.
constexpr std::size_t kWaitingBatches = 16;

enum class Message : std::uint8_t { events, progress, done };

class CaptureJob;

struct CaptureMessage {
  Message kind = Message::progress;
  std::vector<EventRecord> records;
  std::uint64_t bytes_read = 0;
  CaptureRunResult result;
};

void deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<CaptureJob>* job, CaptureMessage* message);
using Channel = Napi::TypedThreadSafeFunction<std::shared_ptr<CaptureJob>, CaptureMessage, deliver>;

/// One inspection of a capture on a thread of its own. Shared by the JavaScript handle and the channel.
class CaptureJob final : public CaptureRunOutput {
 public:
  CaptureJob(std::shared_ptr<const Program> program, std::string path, int fd, const CaptureRunOptions& options)
      : program_(std::move(program)),
        path_(std::move(path)),
        fd_(fd),
        options_(options),
        cancel_fd_(::eventfd(0, EFD_CLOEXEC)) {}

  void start(const Channel& channel) {
    channel_ = channel;
    thread_ = std::thread([this] { run(); });
  }
  void cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
    ::eventfd_write(cancel_fd_.get(), 1);
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  bool on_events(std::vector<EventRecord> records) override {
    auto message = std::make_unique<CaptureMessage>();
    message->kind = Message::events;
    message->records = std::move(records);
    return send(std::move(message));
  }
  bool on_progress(std::uint64_t bytes_read) override {
    auto message = std::make_unique<CaptureMessage>();
    message->bytes_read = bytes_read;
    return send(std::move(message));
  }

 private:
  bool send(std::unique_ptr<CaptureMessage> message) {
    if (channel_.BlockingCall(message.get()) != napi_ok) return false;
    [[maybe_unused]] auto* taken = message.release();  // `deliver` owns it now
    return true;
  }

  CaptureRunResult inspect() {
    UniqueFd opened;
    int fd = fd_;
    if (!path_.empty()) {
      opened.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
      if (!opened.valid())
        return {{}, {SourceError::unreadable, std::string("cannot be opened: ") + std::strerror(errno)}};
      fd = opened.get();
    }
    ByteInput input(fd, cancel_fd_.get());
    return run_capture(input, program_, options_, *this, cancelled_);
  }

  void run() {
    auto message = std::make_unique<CaptureMessage>();
    message->kind = Message::done;
    message->result = inspect();
    send(std::move(message));
    channel_.Release();
  }

  std::shared_ptr<const Program> program_;
  std::string path_;
  int fd_;
  CaptureRunOptions options_;
  UniqueFd cancel_fd_;
  std::atomic<bool> cancelled_{false};
  Channel channel_;
  std::thread thread_;
};

using JobHandle = Napi::External<std::shared_ptr<CaptureJob>>;

Napi::Value content_of(Napi::Env env, const CaptureMessage& message) {
  if (message.kind == Message::events) return to_buffer(env, message.records);
  if (message.kind == Message::progress) return Napi::Number::New(env, static_cast<double>(message.bytes_read));
  auto result = Napi::Object::New(env);
  result.Set("counters", to_array(env, message.result.counters));
  result.Set("code", code_of(message.result.failure.error));
  result.Set("message", message.result.failure.message);
  return result;
}

void deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<CaptureJob>*, CaptureMessage* message) {
  const std::unique_ptr<CaptureMessage> owned(message);
  // The environment is gone when the process ends in the middle.
  if (static_cast<napi_env>(env) == nullptr) return;
  const Napi::HandleScope scope(env);
  callback.Call({Napi::Number::New(env, static_cast<double>(message->kind)), content_of(env, *message)});
}

/// inspectCapture(program, path: string, fd: number, options, callback(kind, content)): job
Napi::Value inspect_capture(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto options = info[3].As<Napi::Object>();
  CaptureRunOptions run;
  run.limits = limits_of(options);
  run.exceptions = policies_of(options);
  run.verify_checksums = flag_of(options, "verifyChecksums", true);
  run.as_inline = flag_of(options, "asInline", false);
  auto job = std::make_shared<CaptureJob>(info[0].As<ProgramHandle>().Data()->program,
                                          info[1].As<Napi::String>().Utf8Value(), info[2].As<Napi::Number>().Int32Value(),
                                          run);
  auto* context = new std::shared_ptr<CaptureJob>(job);
  const Channel channel = Channel::New(
      env, info[4].As<Napi::Function>(), "bulkhead-capture", kWaitingBatches, 1, context,
      [](Napi::Env, void*, std::shared_ptr<CaptureJob>* held) {
        (*held)->cancel();
        (*held)->join();
        delete held;
      },
      static_cast<void*>(nullptr));
  job->start(channel);
  return JobHandle::New(env, new std::shared_ptr<CaptureJob>(std::move(job)),
                        [](Napi::Env, std::shared_ptr<CaptureJob>* held) { delete held; });
}

/// cancelCapture(job)
Napi::Value cancel_capture(const Napi::CallbackInfo& info) {
  (*info[0].As<JobHandle>().Data())->cancel();
  return info.Env().Undefined();
}

}  // namespace

void export_capture(Napi::Env env, Napi::Object exports) {
  exports.Set("inspectCapture", Napi::Function::New(env, inspect_capture, "inspectCapture"));
  exports.Set("cancelCapture", Napi::Function::New(env, cancel_capture, "cancelCapture"));
}

}  // namespace bulkhead::binding
