#include "counts_writer.hpp"

namespace bulkhead::sentinel::binding {
namespace {

const char* verdict_name(Verdict verdict) noexcept {
  if (verdict == Verdict::kAllow) return "allow";
  return verdict == Verdict::kAlert ? "alert" : "block";
}

Napi::Object to_object(Napi::Env env, const RunProgram& program) {
  auto object = Napi::Object::New(env);
  object.Set("path", program.path);
  if (program.user) object.Set("user", *program.user);
  if (program.from_image) object.Set("fromImage", *program.from_image);
  object.Set("verdict", verdict_name(program.verdict));
  return object;
}

Napi::Object to_object(Napi::Env env, const WrittenFile& file) {
  auto object = Napi::Object::New(env);
  object.Set("path", file.path);
  if (file.is_folder) object.Set("folder", true);
  if (!file.executable.empty()) object.Set("executable", file.executable);
  object.Set("verdict", verdict_name(file.verdict));
  return object;
}

template <typename Thing>
Napi::Array counts_of(Napi::Env env, const char* key, const std::vector<ContainerCounts<Thing>>& containers) {
  auto all = Napi::Array::New(env, containers.size());
  for (std::uint32_t i = 0; i < containers.size(); ++i) {
    const Napi::HandleScope scope(env);
    const auto& [container, counted] = containers[i];
    auto things = Napi::Array::New(env, counted.entries.size());
    for (std::uint32_t j = 0; j < counted.entries.size(); ++j) {
      Napi::Object thing = to_object(env, counted.entries[j].thing);
      thing.Set("count", static_cast<double>(counted.entries[j].count));
      things.Set(j, thing);
    }
    auto object = Napi::Object::New(env);
    object.Set("id", container);
    object.Set(key, things);
    object.Set("notCounted", static_cast<double>(counted.not_counted));
    all.Set(i, object);
  }
  return all;
}

}  // namespace

Napi::Array programs_of(Napi::Env env, const std::vector<ContainerCounts<RunProgram>>& containers) {
  return counts_of(env, "programs", containers);
}

Napi::Array files_of(Napi::Env env, const std::vector<ContainerCounts<WrittenFile>>& containers) {
  return counts_of(env, "files", containers);
}

}  // namespace bulkhead::sentinel::binding
