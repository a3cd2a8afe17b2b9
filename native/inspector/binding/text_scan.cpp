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

/// endTextScan(scan): ArrayBuffer of records, at their end an exception for each reason that bytes were not inspected
Napi::Value end(const Napi::CallbackInfo& info) {
  std::vector<EventRecord> found;
  info[0].As<ScanHandle>().Data()->end(found);
  return to_buffer(info.Env(), found);
}

/// scanTexts(program, texts: Uint8Array[]): ArrayBuffer of such records, whose packet is the text's index
///
/// One call for many small texts: creating a handle and three calls for each would cost more than scanning it.
Napi::Value scan_texts(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const NumberedProgram& program = *info[0].As<ProgramHandle>().Data();
  const auto texts = info[1].As<Napi::Array>();
  Scratch& scratch = env.GetInstanceData<Addon>()->scratch;
  std::vector<EventRecord> found;
  for (std::uint32_t index = 0; index < texts.Length(); ++index) {
    const Napi::HandleScope scope(env);
    const auto text = texts.Get(index).As<Napi::Uint8Array>();
    const std::size_t before = found.size();
    TextScan scan(program.program, scratch);
    scan.write({text.Data(), text.ByteLength()}, found);
    scan.end(found);
    for (std::size_t i = before; i < found.size(); ++i) found[i].packet = index;
  }
  return to_buffer(env, found);
}

}  // namespace

void export_text_scan(Napi::Env env, Napi::Object exports) {
  exports.Set("startTextScan", Napi::Function::New(env, start, "startTextScan"));
  exports.Set("writeTextScan", Napi::Function::New(env, write, "writeTextScan"));
  exports.Set("scanTexts", Napi::Function::New(env, scan_texts, "scanTexts"));
  exports.Set("endTextScan", Napi::Function::New(env, end, "endTextScan"));
}

}  // namespace bulkhead::binding
