#include "programs_writer.hpp"

namespace bulkhead::sentinel::binding {
namespace {

const char* verdict_name(RunProgram::Verdict verdict) noexcept {
  if (verdict == RunProgram::Verdict::kAllow) return "allow";
  return verdict == RunProgram::Verdict::kAlert ? "alert" : "block";
}

Napi::Object to_object(Napi::Env env, const CountedProgram& counted) {
  const RunProgram& program = counted.program;
  auto object = Napi::Object::New(env);
  object.Set("path", program.path);
  if (program.user) object.Set("user", *program.user);
  if (program.from_image) object.Set("fromImage", *program.from_image);
  object.Set("verdict", verdict_name(program.verdict));
  object.Set("count", static_cast<double>(counted.count));
  return object;
}

}  // namespace

Napi::Array programs_of(Napi::Env env, const std::vector<ContainerPrograms>& containers) {
  auto all = Napi::Array::New(env, containers.size());
  for (std::uint32_t i = 0; i < containers.size(); ++i) {
    const Napi::HandleScope scope(env);
    const auto& [container, counted] = containers[i];
    auto programs = Napi::Array::New(env, counted.programs.size());
    for (std::uint32_t j = 0; j < counted.programs.size(); ++j) programs.Set(j, to_object(env, counted.programs[j]));
    auto object = Napi::Object::New(env);
    object.Set("id", container);
    object.Set("programs", programs);
    object.Set("notCounted", static_cast<double>(counted.not_counted));
    all.Set(i, object);
  }
  return all;
}

}  // namespace bulkhead::sentinel::binding
