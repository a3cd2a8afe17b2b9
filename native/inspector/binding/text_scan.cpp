#include "source/text_scan.hpp"

#include "addon.hpp"

namespace bulkhead::binding {
namespace {

using ScanHandle = Napi::External<TextScan>;

/// startTextScan(program): scan
Napi::Value start(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const NumberedProgram& program = *info[0].As<ProgramHandle>().Data();
  return ScanHandle::New(env, new TextScan(program.program, env.GetInstanceData<Addon>()->scratch),
                         [](Napi::Env, TextScan* owned) { delete owned; });
}

/// writeTextScan(scan, bytes: Uint8Array): ArrayBuffer of records
Napi::Value write(const Napi::CallbackInfo& info) {
  const auto bytes = info[1].As<Napi::Uint8Array>();
  std::vector<EventRecord> found;
  info[0].As<ScanHandle>().Data()->write({bytes.Data(), bytes.ByteLength()}, found);
  return to_buffer(info.Env(), found);
}

/// endTextScan(scan): ArrayBuffer of records
Napi::Value end(const Napi::CallbackInfo& info) {
  std::vector<EventRecord> found;
  info[0].As<ScanHandle>().Data()->end(found);
  return to_buffer(info.Env(), found);
}

}  // namespace

void export_text_scan(Napi::Env env, Napi::Object exports) {
  exports.Set("startTextScan", Napi::Function::New(env, start, "startTextScan"));
  exports.Set("writeTextScan", Napi::Function::New(env, write, "writeTextScan"));
  exports.Set("endTextScan", Napi::Function::New(env, end, "endTextScan"));
}

}  // namespace bulkhead::binding
