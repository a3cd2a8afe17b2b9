#include <algorithm>

#include "addon.hpp"
#include "bulkhead/detector.hpp"

namespace bulkhead::binding {
namespace {

std::string bytes_of(const Napi::Value& value) {
  const auto bytes = value.As<Napi::Uint8Array>();
  return {reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()};
}

SensorSpec sensor_of(const Napi::Object& object) {
  SensorSpec sensor;
  sensor.name = text_of(object, "name");
  const auto detectors = object.Get("detectors").As<Napi::Array>();
  for (std::uint32_t i = 0; i < detectors.Length(); ++i)
    sensor.detectors.push_back(detectors.Get(i).As<Napi::String>().Utf8Value());
  sensor.min_confidence = static_cast<Confidence>(number_of(object, "minConfidence", 0));
  sensor.threshold = static_cast<std::uint32_t>(number_of(object, "threshold", 1));
  sensor.action = static_cast<Verdict>(number_of(object, "action", 0));
  sensor.direction = static_cast<DirectionScope>(number_of(object, "direction", 0));
  return sensor;
}

/// createProgram(sensors, literals): { handle, number }
Napi::Value create_program(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  ProgramSpec spec;
  const auto sensors = info[0].As<Napi::Array>();
  for (std::uint32_t i = 0; i < sensors.Length(); ++i)
    spec.sensors.push_back(sensor_of(sensors.Get(i).As<Napi::Object>()));
  const auto literals = info[1].As<Napi::Array>();
  for (std::uint32_t i = 0; i < literals.Length(); ++i) {
    const auto literal = literals.Get(i).As<Napi::Object>();
    spec.literals.push_back(
        {text_of(literal, "id"), bytes_of(literal.Get("bytes")), flag_of(literal, "caseInsensitive", false)});
  }

  ProgramError error = ProgramError::none;
  std::string message;
  std::shared_ptr<const Program> program = Program::compile(spec, error, message);
  if (program == nullptr) return fail(env, "INVALID_PROGRAM", message);

  const std::uint32_t number = ++env.GetInstanceData<Addon>()->programs;
  auto result = Napi::Object::New(env);
  result.Set("handle", ProgramHandle::New(env, new NumberedProgram{std::move(program), number},
                                          [](Napi::Env, NumberedProgram* owned) { delete owned; }));
  result.Set("number", static_cast<double>(number));
  return result;
}

/// detectors(): { id, strength }[], by index
Napi::Value detectors(const Napi::CallbackInfo& info) {
  auto result = Napi::Array::New(info.Env(), kDetectors.size());
  for (std::uint32_t i = 0; i < kDetectors.size(); ++i) {
    auto detector = Napi::Object::New(info.Env());
    detector.Set("id", Napi::String::New(info.Env(), kDetectors[i].id.data(), kDetectors[i].id.size()));
    detector.Set("strength", static_cast<double>(kDetectors[i].strength));
    result.Set(i, detector);
  }
  return result;
}

}  // namespace

void export_program(Napi::Env env, Napi::Object exports) {
  exports.Set("createProgram", Napi::Function::New(env, create_program, "createProgram"));
  exports.Set("detectors", Napi::Function::New(env, detectors, "detectors"));
}

}  // namespace bulkhead::binding
