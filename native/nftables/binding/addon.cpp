#include <napi.h>

#include <string>
#include <utility>

#include "bulkhead/command_run.hpp"
#include "log_reader.hpp"
#include "outcome.hpp"

namespace {

using bulkhead::nftables::CommandResult;
using bulkhead::nftables::CommandRun;
using bulkhead::nftables::Form;

/// Waits on a pool thread for the thread that works inside the namespace; resolves with whatever came of it.
class RunWorker : public Napi::AsyncWorker {
 public:
  RunWorker(Napi::Env env, CommandRun run)
      : Napi::AsyncWorker(env, "bulkhead-nftables"), deferred_(env), run_(std::move(run)) {}

  [[nodiscard]] Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { result_ = bulkhead::nftables::run_commands(run_); }

  void OnOK() override {
    const Napi::Env env = Env();
    const Napi::HandleScope scope(env);
    auto result = Napi::Object::New(env);
    result.Set("outcome", name_of(result_.outcome));
    result.Set("output", result_.output);
    result.Set("error", result_.error);
    deferred_.Resolve(result);
  }

 private:
  Napi::Promise::Deferred deferred_;
  CommandRun run_;
  CommandResult result_;
};

/// run(namespacePath: string, commands: string, form: 'text' | 'json', dryRun: boolean): Promise<RunResult>
Napi::Value Run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() != 4 || !info[0].IsString() || !info[1].IsString() || !info[2].IsString() || !info[3].IsBoolean()) {
    Napi::TypeError::New(env, "run(namespacePath: string, commands: string, form: 'text' | 'json', dryRun: boolean)")
        .ThrowAsJavaScriptException();
    return env.Undefined();
  }
  const std::string form = info[2].As<Napi::String>();
  auto* worker = new RunWorker(env, {.namespace_path = info[0].As<Napi::String>(),
                                     .commands = info[1].As<Napi::String>(),
                                     .form = form == "text" ? Form::kText : Form::kJson,
                                     .dry_run = info[3].As<Napi::Boolean>()});
  const Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("openLog", Napi::Function::New(env, OpenLog, "openLog"));
  exports.Set("run", Napi::Function::New(env, Run, "run"));
  return exports;
}

}  // namespace

NODE_API_MODULE(nftables, Init)
