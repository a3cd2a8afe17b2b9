#include <thread>
#include <utility>

#include "addon.hpp"
#include "source/recording.hpp"

namespace bulkhead::binding {
namespace {

class RecordingJob;
void deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<RecordingJob>* job, RecordingResult* result);
using Channel = Napi::TypedThreadSafeFunction<std::shared_ptr<RecordingJob>, RecordingResult, deliver>;

/// A recording on a thread of its own. Shared by the JavaScript handle and the channel.
class RecordingJob {
 public:
  explicit RecordingJob(std::unique_ptr<Recording> recording) : recording_(std::move(recording)) {}

  void start(const Channel& channel) {
    channel_ = channel;
    thread_ = std::thread([this] { run(); });
  }
  void stop() noexcept { recording_->stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    auto result = std::make_unique<RecordingResult>(recording_->run());
    if (channel_.BlockingCall(result.get()) == napi_ok) [[maybe_unused]] auto* taken = result.release();  // `deliver` owns it now
    channel_.Release();
  }

  std::unique_ptr<Recording> recording_;
  Channel channel_;
  std::thread thread_;
};

using JobHandle = Napi::External<std::shared_ptr<RecordingJob>>;

void deliver(Napi::Env env, Napi::Function callback, std::shared_ptr<RecordingJob>*, RecordingResult* result) {
  const std::unique_ptr<RecordingResult> owned(result);
  // The environment is gone when the process ends in the middle.
  if (static_cast<napi_env>(env) == nullptr) return;
  const Napi::HandleScope scope(env);
  auto object = Napi::Object::New(env);
  object.Set("packets", static_cast<double>(result->packets));
  object.Set("bytes", static_cast<double>(result->bytes));
  object.Set("lost", static_cast<double>(result->lost));
  object.Set("full", result->full);
  object.Set("code", code_of(result->failure.error));
  object.Set("message", result->failure.message);
  callback.Call({object});
}

/// startRecording({ netns, fd, milliseconds, maxBytes }, callback(result)): recording
Napi::Value start_recording(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto given = info[0].As<Napi::Object>();
  RecordingOptions options;
  options.netns = text_of(given, "netns");
  options.fd = static_cast<int>(number_of(given, "fd", -1));
  options.milliseconds = static_cast<std::uint32_t>(number_of(given, "milliseconds", 0));
  options.max_bytes = static_cast<std::uint64_t>(number_of(given, "maxBytes", 0));
  SourceFailure failure;
  std::unique_ptr<Recording> recording = Recording::open(options, failure);
  if (recording == nullptr) return fail(env, code_of(failure.error), failure.message);
  auto job = std::make_shared<RecordingJob>(std::move(recording));
  auto* context = new std::shared_ptr<RecordingJob>(job);
  const Channel channel = Channel::New(
      env, info[1].As<Napi::Function>(), "bulkhead-recording", 1, 1, context,
      [](Napi::Env, void*, std::shared_ptr<RecordingJob>* held) {
        (*held)->stop();
        (*held)->join();
        delete held;
      },
      static_cast<void*>(nullptr));
  job->start(channel);
  return JobHandle::New(env, new std::shared_ptr<RecordingJob>(std::move(job)),
                        [](Napi::Env, std::shared_ptr<RecordingJob>* held) { delete held; });
}

/// stopRecording(recording)
Napi::Value stop_recording(const Napi::CallbackInfo& info) {
  (*info[0].As<JobHandle>().Data())->stop();
  return info.Env().Undefined();
}

}  // namespace

void export_recording(Napi::Env env, Napi::Object exports) {
  exports.Set("startRecording", Napi::Function::New(env, start_recording, "startRecording"));
  exports.Set("stopRecording", Napi::Function::New(env, stop_recording, "stopRecording"));
}

}  // namespace bulkhead::binding
