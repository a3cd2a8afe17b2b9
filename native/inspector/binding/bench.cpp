#include "source/bench_run.hpp"

#include <utility>

#include "addon.hpp"

namespace bulkhead::binding {
namespace {

class BenchWork final : public Napi::AsyncWorker {
 public:
  BenchWork(Napi::Env env, std::shared_ptr<const Program> program, std::vector<std::string> paths, double seconds)
      : AsyncWorker(env),
        promise_(Napi::Promise::Deferred::New(env)),
        program_(std::move(program)),
        paths_(std::move(paths)),
        seconds_(seconds) {}

  [[nodiscard]] Napi::Promise promise() const { return promise_.Promise(); }

 private:
  void Execute() override { result_ = run_bench(paths_, program_, seconds_); }

  void OnOK() override {
    const Napi::Env env = Env();
    if (result_.failure.failed()) {
      Napi::Error error = Napi::Error::New(env, result_.failure.message);
      error.Set("code", Napi::String::New(env, code_of(result_.failure.error)));
      promise_.Reject(error.Value());
      return;
    }
    auto object = Napi::Object::New(env);
    object.Set("passes", static_cast<double>(result_.passes));
    object.Set("packets", static_cast<double>(result_.packets));
    object.Set("bytes", static_cast<double>(result_.bytes));
    object.Set("findings", static_cast<double>(result_.findings));
    object.Set("inspectSeconds", result_.inspect_seconds);
    object.Set("memoryReadSeconds", result_.memory_read_seconds);
    object.Set("peakRssBytes", static_cast<double>(result_.peak_rss_bytes));
    promise_.Resolve(object);
  }

  Napi::Promise::Deferred promise_;
  std::shared_ptr<const Program> program_;
  std::vector<std::string> paths_;
  double seconds_;
  BenchResult result_;
};

/// benchCaptures(program, paths: string[], seconds): Promise
Napi::Value bench_captures(const Napi::CallbackInfo& info) {
  std::vector<std::string> paths;
  const auto given = info[1].As<Napi::Array>();
  for (std::uint32_t i = 0; i < given.Length(); ++i) paths.push_back(given.Get(i).As<Napi::String>().Utf8Value());
  auto* work = new BenchWork(info.Env(), info[0].As<ProgramHandle>().Data()->program, std::move(paths),
                             info[2].As<Napi::Number>().DoubleValue());
  const Napi::Promise promise = work->promise();
  work->Queue();
  return promise;
}

}  // namespace

void export_bench(Napi::Env env, Napi::Object exports) {
  exports.Set("benchCaptures", Napi::Function::New(env, bench_captures, "benchCaptures"));
}

}  // namespace bulkhead::binding
