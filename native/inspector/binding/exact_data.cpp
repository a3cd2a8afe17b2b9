#include "bulkhead/exact_data.hpp"

#include <algorithm>
#include <cstring>

#include "addon.hpp"

namespace bulkhead::binding {
namespace {

using BuilderHandle = Napi::External<ExactDataBuilder>;

ExactKey key_of(const Napi::Value& value) {
  const auto bytes = value.As<Napi::Uint8Array>();
  ExactKey key{};
  std::memcpy(key.data(), bytes.Data(), std::min(bytes.ByteLength(), sizeof key));
  return key;
}

/// readExactData(set: Uint8Array, key: Uint8Array): handle
Napi::Value read(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  std::string message;
  auto set = ExactDataSet::read({reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()}, key_of(info[1]), message);
  if (set == nullptr) return fail(info.Env(), "INVALID_PROGRAM", message);
  return ExactDataHandle::New(info.Env(), new std::shared_ptr<const ExactDataSet>(std::move(set)),
                              [](Napi::Env, std::shared_ptr<const ExactDataSet>* owned) { delete owned; });
}

/// startExactData(columns: { name, normalisation }[], key: Uint8Array): builder
Napi::Value start(const Napi::CallbackInfo& info) {
  std::vector<ExactColumn> columns;
  const auto given = info[0].As<Napi::Array>();
  for (std::uint32_t i = 0; i < given.Length(); ++i) {
    const auto column = given.Get(i).As<Napi::Object>();
    columns.push_back({text_of(column, "name"), static_cast<Normalisation>(number_of(column, "normalisation", 0))});
  }
  return BuilderHandle::New(info.Env(), new ExactDataBuilder(std::move(columns), key_of(info[1])),
                            [](Napi::Env, ExactDataBuilder* owned) { delete owned; });
}

/// addExactData(builder, rows: string[][]): boolean
Napi::Value add(const Napi::CallbackInfo& info) {
  ExactDataBuilder& builder = *info[0].As<BuilderHandle>().Data();
  const auto rows = info[1].As<Napi::Array>();
  bool room = true;
  for (std::uint32_t i = 0; i < rows.Length() && room; ++i) {
    const Napi::HandleScope scope(info.Env());
    const auto cells = rows.Get(i).As<Napi::Array>();
    std::vector<std::string> row;
    for (std::uint32_t c = 0; c < cells.Length(); ++c) row.push_back(cells.Get(c).As<Napi::String>().Utf8Value());
    room = builder.add_row(row);
  }
  return Napi::Boolean::New(info.Env(), room);
}

/// finishExactData(builder): { bytes: ArrayBuffer, rows, values, empty, tooShort, tooLong, shared }
Napi::Value finish(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  ExactDataBuilder& builder = *info[0].As<BuilderHandle>().Data();
  const std::string bytes = builder.finish();
  auto buffer = Napi::ArrayBuffer::New(env, bytes.size());
  std::memcpy(buffer.Data(), bytes.data(), bytes.size());
  const ExactDataBuilder::Counts& counts = builder.counts();
  auto result = Napi::Object::New(env);
  result.Set("bytes", buffer);
  result.Set("rows", static_cast<double>(counts.rows));
  result.Set("values", static_cast<double>(counts.values));
  result.Set("empty", static_cast<double>(counts.empty));
  result.Set("tooShort", static_cast<double>(counts.too_short));
  result.Set("tooLong", static_cast<double>(counts.too_long));
  result.Set("shared", static_cast<double>(counts.shared));
  return result;
}

}  // namespace

void export_exact_data(Napi::Env env, Napi::Object exports) {
  exports.Set("readExactData", Napi::Function::New(env, read, "readExactData"));
  exports.Set("startExactData", Napi::Function::New(env, start, "startExactData"));
  exports.Set("addExactData", Napi::Function::New(env, add, "addExactData"));
  exports.Set("finishExactData", Napi::Function::New(env, finish, "finishExactData"));
}

}  // namespace bulkhead::binding
