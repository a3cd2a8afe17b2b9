#include <endian.h>
#include <napi.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "bulkhead/command_run.hpp"
#include "bulkhead/set_reading.hpp"
#include "log_reader.hpp"
#include "outcome.hpp"

namespace {

using bulkhead::nftables::CommandResult;
using bulkhead::nftables::CommandRun;
using bulkhead::nftables::Form;
using bulkhead::nftables::SetCount;
using bulkhead::nftables::SetName;
using bulkhead::nftables::SetReading;
using bulkhead::nftables::SetsReading;

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

/// Reads on a pool thread; resolves with the counts of each set that is there.
class ReadWorker : public Napi::AsyncWorker {
 public:
  ReadWorker(Napi::Env env, std::string path, std::vector<SetName> names)
      : Napi::AsyncWorker(env, "bulkhead-nftables-sets"),
        deferred_(env),
        path_(std::move(path)),
        names_(std::move(names)) {}

  [[nodiscard]] Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { reading_ = bulkhead::nftables::read_sets(path_, names_); }

  void OnOK() override {
    const Napi::Env env = Env();
    const Napi::HandleScope scope(env);
    auto sets = Napi::Array::New(env, reading_.sets.size());
    for (std::size_t index = 0; index < reading_.sets.size(); ++index) {
      sets.Set(static_cast<std::uint32_t>(index), records_of(env, reading_.sets[index]));
    }
    auto result = Napi::Object::New(env);
    result.Set("outcome", name_of(reading_.outcome));
    result.Set("error", reading_.error);
    result.Set("sets", sets);
    deferred_.Resolve(result);
  }

 private:
  /// One array for all elements, since an object for each costs many times as much: packets and bytes as little-endian numbers of 64
  /// bits, the length of the key, and the key in the room of the longest.
  static Napi::Value records_of(Napi::Env env, const SetReading& reading) {
    if (!reading.is_there) return env.Undefined();
    auto records = Napi::Uint8Array::New(env, reading.counts.size() * kRecordBytes);
    std::uint8_t* at = records.Data();
    for (const SetCount& count : reading.counts) {
      const std::uint64_t numbers[] = {htole64(count.packets), htole64(count.bytes), htole64(count.key_bytes)};
      std::memcpy(at, numbers, sizeof numbers);
      std::memcpy(at + sizeof numbers, count.key.data(), count.key.size());
      at += kRecordBytes;
    }
    return records;
  }

  static constexpr std::size_t kRecordBytes = 3 * sizeof(std::uint64_t) + bulkhead::nftables::kMaxSetKeyBytes;

  Napi::Promise::Deferred deferred_;
  std::string path_;
  std::vector<SetName> names_;
  SetsReading reading_;
};

/// readSets(namespacePath: string, table1: string, set1: string, …): Promise<SetsReading>
Napi::Value ReadSets(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  bool is_right = info.Length() % 2 == 1;
  for (std::size_t index = 0; index < info.Length(); ++index) is_right = is_right && info[index].IsString();
  if (!is_right) {
    Napi::TypeError::New(env, "readSets(namespacePath: string, table: string, set: string, ...)")
        .ThrowAsJavaScriptException();
    return env.Undefined();
  }
  std::vector<SetName> names;
  for (std::size_t index = 1; index < info.Length(); index += 2) {
    names.push_back({.table = info[index].As<Napi::String>(), .set = info[index + 1].As<Napi::String>()});
  }
  auto* worker = new ReadWorker(env, info[0].As<Napi::String>(), std::move(names));
  const Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("openLog", Napi::Function::New(env, OpenLog, "openLog"));
  exports.Set("readSets", Napi::Function::New(env, ReadSets, "readSets"));
  exports.Set("run", Napi::Function::New(env, Run, "run"));
  return exports;
}

}  // namespace

NODE_API_MODULE(nftables, Init)
