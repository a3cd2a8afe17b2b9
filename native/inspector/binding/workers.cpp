#include <algorithm>
#include <thread>
#include <utility>

#include "addon.hpp"
#include "workers_channel.hpp"

namespace bulkhead::binding {
namespace {

using WorkersHandle = Napi::External<std::shared_ptr<WorkersChannel>>;

WorkersChannel& channel_of(const Napi::CallbackInfo& info) {
  return **info[0].As<WorkersHandle>().Data();
}
std::uint32_t source_of(const Napi::CallbackInfo& info) { return info[1].As<Napi::Number>().Uint32Value(); }
std::shared_ptr<const ApplicationRules> applications_of(const Napi::Value& value) {
  return value.IsExternal() ? *value.As<ApplicationsHandle>().Data() : nullptr;
}
const NumberedProgram& program_of(const Napi::Value& value) { return *value.As<ProgramHandle>().Data(); }

SourceSettings settings_of(const Napi::CallbackInfo& info) {
  const auto given = info[2].As<Napi::Object>();
  SourceSettings settings{program_of(info[3]), policies_of(given), flag_of(given, "capture", false)};
  settings.applications = applications_of(info[4]);
  return settings;
}

/// createWorkers(options, callback): workers
Napi::Value create(const Napi::CallbackInfo& info) {
  const auto given = info[0].As<Napi::Object>();
  WorkersOptions options;
  options.threads = static_cast<unsigned>(number_of(given, "threads", 1));
  options.limits = limits_of(given);
  options.capture_ring_bytes = static_cast<std::size_t>(
      number_of(given, "captureRingBytes", static_cast<double>(options.capture_ring_bytes)));
  auto channel = WorkersChannel::open(info.Env(), options, info[1].As<Napi::Function>());
  return WorkersHandle::New(info.Env(), new std::shared_ptr<WorkersChannel>(std::move(channel)),
                            [](Napi::Env, std::shared_ptr<WorkersChannel>* held) { delete held; });
}

/// addQueue(workers, source: number, { netns, queueNumber, failOpen, capture, exceptionPolicies }, program, applications?)
Napi::Value add_queue(const Napi::CallbackInfo& info) {
  const auto given = info[2].As<Napi::Object>();
  const QueueOptions options{text_of(given, "netns"), static_cast<std::uint16_t>(number_of(given, "queueNumber", 0)),
                             flag_of(given, "failOpen", false)};
  const SourceFailure failure = channel_of(info).workers().add_queue(source_of(info), options, settings_of(info));
  return failure.failed() ? fail(info.Env(), code_of(failure.error), failure.message) : info.Env().Undefined();
}

/// addTap(workers, source: number, { netns, interface, ringBytes, exceptionPolicies }, program, applications?)
Napi::Value add_tap(const Napi::CallbackInfo& info) {
  const auto given = info[2].As<Napi::Object>();
  TapOptions options{text_of(given, "netns"), text_of(given, "interface")};
  options.ring_bytes = static_cast<std::uint32_t>(number_of(given, "ringBytes", options.ring_bytes));
  const SourceFailure failure = channel_of(info).workers().add_tap(source_of(info), options, settings_of(info));
  return failure.failed() ? fail(info.Env(), code_of(failure.error), failure.message) : info.Env().Undefined();
}

/// setProgram(workers, source: number, program): boolean
Napi::Value set_program(const Napi::CallbackInfo& info) {
  const bool known = channel_of(info).workers().set_program(source_of(info), program_of(info[2]));
  return Napi::Boolean::New(info.Env(), known);
}

/// setApplications(workers, source: number, applications?): boolean
Napi::Value set_applications(const Napi::CallbackInfo& info) {
  const bool known = channel_of(info).workers().set_applications(source_of(info), applications_of(info[2]));
  return Napi::Boolean::New(info.Env(), known);
}

/// removeSource(workers, source: number): boolean
Napi::Value remove(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), channel_of(info).workers().remove(source_of(info)));
}

/// takeConversations(workers, source: number): ArrayBuffer of records
Napi::Value take_conversations(const Napi::CallbackInfo& info) {
  return to_buffer(info.Env(), channel_of(info).workers().take_conversations(source_of(info)));
}

/// workersCounters(workers): { engines, eventsLost, capturesLost, conversationsLost, sources: BigUint64Array of 10 per source }
Napi::Value counters(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const WorkersCounters sum = channel_of(info).workers().counters();
  // js/counters.ts reads the same order.
  constexpr std::size_t kPerSource = 10;
  auto sources = Napi::BigUint64Array::New(env, sum.sources.size() * kPerSource);
  std::size_t at = 0;
  for (const auto& [number, c] : sum.sources) {
    const std::uint64_t row[kPerSource] = {number,    c.packets, c.bytes,     c.forwarded, c.modified,
                                           c.dropped, c.reset,   c.offloaded, c.overruns,  c.refused_verdicts};
    std::copy(std::begin(row), std::end(row), sources.Data() + at);
    at += kPerSource;
  }
  auto result = Napi::Object::New(env);
  result.Set("engines", to_array(env, sum.engines));
  result.Set("eventsLost", static_cast<double>(sum.events_lost));
  result.Set("capturesLost", static_cast<double>(sum.captures_lost));
  result.Set("conversationsLost", static_cast<double>(sum.conversations_lost));
  result.Set("sources", sources);
  return result;
}

/// stopWorkers(workers): Promise<void>
Napi::Value stop(const Napi::CallbackInfo& info) { return channel_of(info).stop(info.Env()); }

}  // namespace

void export_workers(Napi::Env env, Napi::Object exports) {
  exports.Set("createWorkers", Napi::Function::New(env, create, "createWorkers"));
  exports.Set("addQueue", Napi::Function::New(env, add_queue, "addQueue"));
  exports.Set("addTap", Napi::Function::New(env, add_tap, "addTap"));
  exports.Set("setProgram", Napi::Function::New(env, set_program, "setProgram"));
  exports.Set("setApplications", Napi::Function::New(env, set_applications, "setApplications"));
  exports.Set("removeSource", Napi::Function::New(env, remove, "removeSource"));
  exports.Set("takeConversations", Napi::Function::New(env, take_conversations, "takeConversations"));
  exports.Set("workersCounters", Napi::Function::New(env, counters, "workersCounters"));
  exports.Set("stopWorkers", Napi::Function::New(env, stop, "stopWorkers"));
}

}  // namespace bulkhead::binding
