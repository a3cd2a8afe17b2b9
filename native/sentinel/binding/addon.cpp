#include <napi.h>

#include <memory>
#include <string>
#include <vector>

#include "channel.hpp"
#include "counts_writer.hpp"
#include "rule/glob.hpp"
#include "rule/path_text.hpp"
#include "rules_reader.hpp"

namespace bulkhead::sentinel::binding {
namespace {

using Handle = Napi::External<std::shared_ptr<Channel>>;

const char* code_of(FailureCode code) noexcept {
  switch (code) {
    case FailureCode::kNone: return "";
    case FailureCode::kNotPermitted: return "NOT_PERMITTED";
    case FailureCode::kUnsupported: return "UNSUPPORTED";
    case FailureCode::kContainerGone: return "CONTAINER_GONE";
    case FailureCode::kNotAContainer: return "NOT_A_CONTAINER";
    case FailureCode::kImageUnknown: return "IMAGE_UNKNOWN";
    case FailureCode::kNoResources: return "NO_RESOURCES";
    case FailureCode::kDuplicateContainer: return "DUPLICATE_CONTAINER";
    case FailureCode::kUnknownContainer: return "UNKNOWN_CONTAINER";
  }
  return "";
}

/// Throws a JavaScript Error with a `code` property where something failed.
Napi::Value outcome(Napi::Env env, const Failure& failure) {
  if (failure.failed()) {
    Napi::Error error = Napi::Error::New(env, failure.message);
    error.Set("code", Napi::String::New(env, code_of(failure.code)));
    error.ThrowAsJavaScriptException();
  }
  return env.Undefined();
}

Channel& channel_of(const Napi::CallbackInfo& info) { return **info[0].As<Handle>().Data(); }
std::string id_of(const Napi::CallbackInfo& info) { return info[1].As<Napi::String>(); }

/// missing(): string, empty where nothing is
Napi::Value missing(const Napi::CallbackInfo& info) {
  Failure failure = try_fanotify();
  Machine machine;
  if (!failure.failed()) failure = machine.open();
  return Napi::String::New(info.Env(), failure.message);
}

/// matchesPath(glob: string, path: string): boolean
Napi::Value matches_path(const Napi::CallbackInfo& info) {
  const Glob glob(info[0].As<Napi::String>().Utf16Value());
  const PathText path(info[1].As<Napi::String>().Utf8Value());
  return Napi::Boolean::New(info.Env(), glob.matches(path.view()));
}

/// create(onEvents): sentinel
Napi::Value create(const Napi::CallbackInfo& info) {
  Failure failure;
  auto channel = Channel::open(info.Env(), info[0].As<Napi::Function>(), failure);
  if (failure.failed()) return outcome(info.Env(), failure);
  return Handle::New(info.Env(), new std::shared_ptr<Channel>(std::move(channel)),
                     [](Napi::Env, std::shared_ptr<Channel>* held) { delete held; });
}

/// watch(sentinel, id: string, pid: number, rules)
Napi::Value watch(const Napi::CallbackInfo& info) {
  const std::int32_t pid = info[2].As<Napi::Number>();
  return outcome(info.Env(),
                 channel_of(info).watcher().watch(id_of(info), pid, read_rules(info[3].As<Napi::Object>())));
}

/// setRules(sentinel, id: string, rules)
Napi::Value set_rules(const Napi::CallbackInfo& info) {
  return outcome(info.Env(),
                 channel_of(info).watcher().set_rules(id_of(info), read_rules(info[2].As<Napi::Object>())));
}

/// remove(sentinel, id: string)
Napi::Value remove(const Napi::CallbackInfo& info) {
  channel_of(info).watcher().remove(id_of(info));
  return info.Env().Undefined();
}

std::vector<std::int32_t> processes_of(const Napi::CallbackInfo& info) {
  const auto given = info[2].As<Napi::Array>();
  std::vector<std::int32_t> processes;
  for (std::uint32_t i = 0; i < given.Length(); ++i) processes.push_back(given.Get(i).As<Napi::Number>());
  return processes;
}

/// noteRunning(sentinel, id: string, processes: number[])
Napi::Value note_running(const Napi::CallbackInfo& info) {
  channel_of(info).watcher().note_running(id_of(info), processes_of(info));
  return info.Env().Undefined();
}

/// noteOpen(sentinel, id: string, processes: number[])
Napi::Value note_open(const Napi::CallbackInfo& info) {
  channel_of(info).watcher().note_open(id_of(info), processes_of(info));
  return info.Env().Undefined();
}

/// takePrograms(sentinel): for each container that ran any, its id and what it ran (js/program.ts)
Napi::Value take_programs(const Napi::CallbackInfo& info) {
  return programs_of(info.Env(), channel_of(info).watcher().take_programs());
}

/// takeFiles(sentinel): for each container that wrote any, its id and what it wrote (js/file.ts)
Napi::Value take_files(const Napi::CallbackInfo& info) {
  return files_of(info.Env(), channel_of(info).watcher().take_files());
}

/// counters(sentinel): an object (js/native.ts)
Napi::Value counters(const Napi::CallbackInfo& info) {
  const Watcher& watcher = channel_of(info).watcher();
  const Counters& sum = watcher.counters();
  auto result = Napi::Object::New(info.Env());
  const auto set = [&result](const char* name, std::uint64_t value) { result.Set(name, static_cast<double>(value)); };
  set("asked", sum.asked.load());
  set("denied", sum.denied.load());
  set("alerted", sum.alerted.load());
  set("undecided", sum.undecided.load());
  set("repeated", sum.repeated.load());
  set("lost", sum.lost.load());
  set("errors", sum.errors.load());
  set("containers", watcher.containers());
  set("unwatchedMounts", watcher.unwatched_mounts());
  return result;
}

/// stop(sentinel): Promise<void>
Napi::Value stop(const Napi::CallbackInfo& info) { return channel_of(info).stop(info.Env()); }

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("missing", Napi::Function::New(env, missing, "missing"));
  exports.Set("matchesPath", Napi::Function::New(env, matches_path, "matchesPath"));
  exports.Set("create", Napi::Function::New(env, create, "create"));
  exports.Set("watch", Napi::Function::New(env, watch, "watch"));
  exports.Set("setRules", Napi::Function::New(env, set_rules, "setRules"));
  exports.Set("remove", Napi::Function::New(env, remove, "remove"));
  exports.Set("noteRunning", Napi::Function::New(env, note_running, "noteRunning"));
  exports.Set("noteOpen", Napi::Function::New(env, note_open, "noteOpen"));
  exports.Set("takePrograms", Napi::Function::New(env, take_programs, "takePrograms"));
  exports.Set("takeFiles", Napi::Function::New(env, take_files, "takeFiles"));
  exports.Set("counters", Napi::Function::New(env, counters, "counters"));
  exports.Set("stop", Napi::Function::New(env, stop, "stop"));
  return exports;
}

}  // namespace
}  // namespace bulkhead::sentinel::binding

Napi::Object Init(Napi::Env env, Napi::Object exports) { return bulkhead::sentinel::binding::init(env, exports); }

NODE_API_MODULE(sentinel, Init)
