#include "addon.hpp"

#include <unistd.h>

#include "source/nf_queue.hpp"

namespace bulkhead::binding {
namespace {

bool has_avx2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

/// capabilities(): { avx2, root, nfqueue, nfqueueReason }
Napi::Value capabilities(const Napi::CallbackInfo& info) {
  const SourceFailure queues = NfQueue::probe();
  auto result = Napi::Object::New(info.Env());
  result.Set("avx2", has_avx2());
  result.Set("root", ::geteuid() == 0);
  result.Set("nfqueue", !queues.failed());
  result.Set("nfqueueReason", queues.message);
  return result;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Addon);
  exports.Set("capabilities", Napi::Function::New(env, capabilities, "capabilities"));
  exports.Set("recordBytes", static_cast<double>(sizeof(EventRecord)));
  export_program(env, exports);
  export_exact_data(env, exports);
  export_text_scan(env, exports);
  export_capture(env, exports);
  export_bench(env, exports);
  export_workers(env, exports);
  return exports;
}

}  // namespace
}  // namespace bulkhead::binding

// The macro wants a function of the global namespace.
static Napi::Object init_addon(Napi::Env env, Napi::Object exports) {
  return bulkhead::binding::init(env, exports);
}

NODE_API_MODULE(inspector, init_addon)
